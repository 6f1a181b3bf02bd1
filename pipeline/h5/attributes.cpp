#include <limits>
#include <utility>

#include "pipeline/h5/detail.hpp"

namespace hookflow::pipeline::h5 {

using detail::check;
using detail::quiet;

namespace {

Handle type_of_attribute(const Handle& attribute, const std::string& place) {
  return {check(H5Aget_type(attribute.get()), place, "reading the type"), H5Tclose};
}

}  // namespace

Object::Object(Handle handle, std::string file, std::string path)
    : handle_(std::move(handle)), file_(std::move(file)), path_(std::move(path)) {}

Handle Object::open_attribute(const std::string& name) const {
  return {check(H5Aopen(handle_.get(), name.c_str(), H5P_DEFAULT), where(name), "opening the attribute"),
          H5Aclose};
}

bool Object::has_attribute(const std::string& name) const {
  quiet();
  return check(H5Aexists(handle_.get(), name.c_str()), where(name), "looking for the attribute") > 0;
}

std::vector<std::string> Object::attribute_names() const {
  quiet();
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5A_info_t*, void* data) -> herr_t {
    static_cast<std::vector<std::string>*>(data)->emplace_back(name);
    return 0;
  };
  check(H5Aiterate2(handle_.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names), where(),
        "listing attributes");
  return names;
}

// `value` is laid out as `type`, which is for text and numbers alike both the file's and the memory's.
void Object::create_attribute(const std::string& name, std::int64_t type, std::int64_t space,
                              const void* value) {
  const Handle attribute(check(H5Acreate2(handle_.get(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                               where(name), "creating the attribute"),
                         H5Aclose);
  check(H5Awrite(attribute.get(), type, value), where(name), "writing the attribute");
}

void Object::set_text(const std::string& name, const std::string& value) {
  quiet();
  const char* pointer = value.c_str();
  create_attribute(name, detail::file_type(Kind::text).get(), detail::simple_space({}).get(), &pointer);
}

void Object::set_texts(const std::string& name, std::span<const std::string> values) {
  quiet();
  std::vector<const char*> pointers;
  pointers.reserve(values.size());
  for (const std::string& value : values) pointers.push_back(value.c_str());
  create_attribute(name, detail::file_type(Kind::text).get(), detail::simple_space({pointers.size()}).get(),
                   pointers.data());
}

void Object::set_integers(const std::string& name, std::span<const std::int64_t> values) {
  quiet();
  const Handle space = values.size() == 1 ? detail::simple_space({}) : detail::simple_space({values.size()});
  create_attribute(name, H5T_NATIVE_INT64, space.get(), values.data());
}

void Object::set_bytes(const std::string& name, std::span<const std::uint8_t> values) {
  quiet();
  create_attribute(name, H5T_NATIVE_UINT8, detail::simple_space({values.size()}).get(), values.data());
}

void Object::set_nan(const std::string& name, Kind kind) {
  quiet();
  const float narrow = std::numeric_limits<float>::quiet_NaN();
  const double wide = std::numeric_limits<double>::quiet_NaN();
  const void* value = kind == Kind::float32 ? static_cast<const void*>(&narrow) : &wide;
  create_attribute(name, detail::memory_type(kind).get(), detail::simple_space({}).get(), value);
}

namespace {

std::vector<std::string> attribute_texts(hid_t attribute, hid_t space, hid_t stored, std::size_t count,
                                         const std::string& place) {
  const char* const reading = "reading the attribute";
  std::vector<std::string> texts(count);
  if (H5Tis_variable_str(stored) == 0) {
    const std::size_t size = H5Tget_size(stored);
    std::string bytes(count * size, '\0');
    check(H5Aread(attribute, stored, bytes.data()), place, reading);
    for (std::size_t i = 0; i < count; ++i) texts[i] = bytes.substr(i * size, size).c_str();
    return texts;
  }
  std::vector<char*> pointers(count, nullptr);
  check(H5Aread(attribute, stored, pointers.data()), place, reading);
  for (std::size_t i = 0; i < count; ++i)
    if (pointers[i] != nullptr) texts[i] = pointers[i];
  check(H5Dvlen_reclaim(stored, space, H5P_DEFAULT, pointers.data()), place, "freeing");
  return texts;
}

}  // namespace

std::vector<std::string> Object::texts(const std::string& name) const {
  quiet();
  const Handle attribute = open_attribute(name);
  const Handle stored = type_of_attribute(attribute, where(name));
  const Handle space(check(H5Aget_space(attribute.get()), where(name), "reading the shape"), H5Sclose);
  const auto count = static_cast<std::size_t>(
      check(H5Sget_simple_extent_npoints(space.get()), where(name), "reading the shape"));
  if (count == 0) return {};
  if (H5Tget_class(stored.get()) == H5T_STRING)
    return attribute_texts(attribute.get(), space.get(), stored.get(), count, where(name));
  std::vector<std::string> texts;
  if (H5Tget_class(stored.get()) == H5T_INTEGER) {
    std::vector<std::int64_t> values(count);
    check(H5Aread(attribute.get(), H5T_NATIVE_INT64, values.data()), where(name), "reading the attribute");
    for (const std::int64_t value : values) texts.push_back(std::to_string(value));
  } else if (H5Tget_class(stored.get()) == H5T_FLOAT) {
    std::vector<double> values(count);
    check(H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, values.data()), where(name), "reading the attribute");
    for (const double value : values) texts.push_back(std::to_string(value));
  } else {
    throw Error(where(name) + ": is neither text nor number");
  }
  return texts;
}

std::string Object::text(const std::string& name) const {
  std::string joined;
  for (const std::string& part : texts(name)) joined += (joined.empty() ? "" : ", ") + part;
  return joined;
}

std::int64_t Object::integer(const std::string& name) const {
  quiet();
  const Handle attribute = open_attribute(name);
  const Handle type = type_of_attribute(attribute, where(name));
  if (H5Tget_class(type.get()) != H5T_INTEGER) throw Error(where(name) + ": is not an integer");
  std::int64_t value = 0;
  check(H5Aread(attribute.get(), H5T_NATIVE_INT64, &value), where(name), "reading the attribute");
  return value;
}

}  // namespace hookflow::pipeline::h5
