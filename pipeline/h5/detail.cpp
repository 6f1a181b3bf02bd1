#include "pipeline/h5/detail.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace hookflow::pipeline::h5::detail {

void quiet() {
  static const herr_t no_clearing_up = [] {
    // It would turn HDF5's own locks on again, without which a file is opened where there are none.
    ::unsetenv("HDF5_USE_FILE_LOCKING");
    // A file whose closing failed, on a full disk, stays in HDF5's lists as freed memory, and its clearing up
    // at the program's end stumbles over that. Nothing is left for it to do: every handle of a file closes
    // itself.
    return H5dont_atexit();
  }();
  static_cast<void>(no_clearing_up);
  thread_local const herr_t silenced = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  static_cast<void>(silenced);
}

namespace {

// Of a failed system call HDF5 tells all it knows, addresses included: the system's own words are enough.
std::string gist(const std::string& description) {
  const std::string before = "error message = '";
  const std::size_t from = description.find(before);
  if (from == std::string::npos) return description;
  const std::size_t start = from + before.size();
  return description.substr(start, description.find('\'', start) - start);
}

}  // namespace

void fail(const std::string& where, const char* action) {
  // HDF5 keeps a stack of descriptions: the innermost says what went wrong, the outermost what was wanted.
  struct Stack {
    std::vector<std::string> said;
    bool no_memory = false;
  } stack;
  const auto collect = [](unsigned, const H5E_error2_t* error, void* data) -> herr_t {
    auto& found = *static_cast<Stack*>(data);
    if (error->desc != nullptr) found.said.emplace_back(error->desc);
    found.no_memory |= error->maj_num == H5E_RESOURCE && error->min_num == H5E_NOSPACE;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &stack);
  H5Eclear2(H5E_DEFAULT);  // a thread that ends would leave it behind
  if (stack.no_memory) throw std::bad_alloc();
  const std::vector<std::string>& said = stack.said;
  std::string message = where + ": " + action;
  if (!said.empty()) message += ": " + said.back();
  if (said.size() > 1 && said.front() != said.back()) message += ": " + gist(said.front());
  throw Error(message);
}

namespace {

Handle copy(hid_t model) { return own(H5Tclose, "HDF5", "copying a type", H5Tcopy, model); }

Handle text_type() {
  Handle text = copy(H5T_C_S1);
  call("HDF5", "sizing a text", H5Tset_size, text.get(), H5T_VARIABLE);
  call("HDF5", "setting UTF-8", H5Tset_cset, text.get(), H5T_CSET_UTF8);
  return text;
}

}  // namespace

Handle file_type(Kind kind) {
  switch (kind) {
    case Kind::float32:
      return copy(H5T_IEEE_F32LE);
    case Kind::float64:
      return copy(H5T_IEEE_F64LE);
    case Kind::int64:
      return copy(H5T_STD_I64LE);
    case Kind::uint8:
      return copy(H5T_STD_U8LE);
    case Kind::character:
      return copy(H5T_C_S1);
    case Kind::text:
      return text_type();
    case Kind::other:
      break;
  }
  throw std::logic_error("h5: no such type to store");
}

Handle memory_type(Kind kind) {
  switch (kind) {
    case Kind::float32:
      return {H5T_NATIVE_FLOAT, nullptr};
    case Kind::float64:
      return {H5T_NATIVE_DOUBLE, nullptr};
    case Kind::int64:
      return {H5T_NATIVE_INT64, nullptr};
    case Kind::uint8:
      return {H5T_NATIVE_UINT8, nullptr};
    default:
      return file_type(kind);
  }
}

Kind kind_of(hid_t file_type) {
  const std::size_t size = H5Tget_size(file_type);
  switch (H5Tget_class(file_type)) {
    case H5T_FLOAT:
      if (size == 4) return Kind::float32;
      return size == 8 ? Kind::float64 : Kind::other;
    case H5T_INTEGER:
      if (size == 8 && H5Tget_sign(file_type) == H5T_SGN_2) return Kind::int64;
      return size == 1 && H5Tget_sign(file_type) == H5T_SGN_NONE ? Kind::uint8 : Kind::other;
    case H5T_STRING:
      if (H5Tis_variable_str(file_type) > 0) return Kind::text;
      return size == 1 ? Kind::character : Kind::other;
    default:
      return Kind::other;
  }
}

Handle simple_space(const std::vector<std::size_t>& extents) {
  const char* const action = "making a dataspace";
  if (extents.empty()) return own(H5Sclose, "HDF5", action, H5Screate, H5S_SCALAR);
  const std::vector<hsize_t> sizes(extents.begin(), extents.end());
  return own(H5Sclose, "HDF5", action, H5Screate_simple, static_cast<int>(sizes.size()), sizes.data(),
             nullptr);
}

hid_t transfer_properties() {
  constexpr std::size_t kBuffer = std::size_t{64} << 10U;
  // Never closed: it has nothing that could be lost when the process ends.
  static const Handle* const kMade = [] {
    auto* made = new Handle(own(H5Pclose, "HDF5", "making transfer properties", H5Pcreate, H5P_DATASET_XFER));
    call("HDF5", "sizing a buffer", H5Pset_buffer, made->get(), kBuffer, nullptr, nullptr);
    return made;
  }();
  return kMade->get();
}

std::vector<const char*> pointers_to(std::span<const std::string> texts) {
  std::vector<const char*> pointers(texts.size());
  std::ranges::transform(texts, pointers.begin(), &std::string::c_str);
  return pointers;
}

std::vector<std::string> take_texts(std::vector<char*>& given, hid_t type, hid_t space,
                                    const std::string& where) {
  std::vector<std::string> texts(given.size());
  for (std::size_t i = 0; i < given.size(); ++i)
    if (given[i] != nullptr) texts[i] = given[i];
  call(where, "freeing", H5Dvlen_reclaim, type, space, H5P_DEFAULT, given.data());
  return texts;
}

}  // namespace hookflow::pipeline::h5::detail
