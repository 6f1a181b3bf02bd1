#include "pipeline/h5/h5.hpp"

#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "pipeline/h5/detail.hpp"

namespace hookflow::pipeline::h5 {
namespace {
static_assert(std::is_same_v<hid_t, std::int64_t>);

using detail::call;
using detail::own;
using detail::quiet;

constexpr std::size_t kCacheBytes = 1 << 20;

Handle access_properties(const std::string& where) {
  const char* const action = "preparing access";
  quiet();
  Handle access = own(H5Pclose, where, action, H5Pcreate, H5P_FILE_ACCESS);
  call(where, action, H5Pset_fclose_degree, access.get(), H5F_CLOSE_STRONG);
  // Unbuffered, so that a write that fails says so itself, not when the dataset is closed.
  call(where, action, H5Pset_sieve_buf_size, access.get(), 0);
  // HDF5's cache of the file's structure grows with the texts in it, to 32 MiB unless told otherwise.
  H5AC_cache_config_t cache{};
  cache.version = H5AC__CURR_CACHE_CONFIG_VERSION;
  call(where, action, H5Pget_mdc_config, access.get(), &cache);
  cache.set_initial_size = true;
  cache.initial_size = cache.min_size = cache.max_size = kCacheBytes;
  call(where, action, H5Pset_mdc_config, access.get(), &cache);
  call(where, action, H5Pset_file_locking, access.get(), false, true);
  return access;
}

Handle untimed(hid_t property_class, const std::string& where) {
  Handle properties = own(H5Pclose, where, "preparing", H5Pcreate, property_class);
  // Without times, equal runs leave equal bytes.
  call(where, "preparing", H5Pset_obj_track_times, properties.get(), false);
  return properties;
}

void set_fill(hid_t properties, Kind kind, const std::string& where) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::int64_t missing = kind == Kind::int64 ? -1 : 0;
  const bool real = kind == Kind::float32 || kind == Kind::float64;
  const void* value = real ? static_cast<const void*>(&nan) : &missing;
  call(where, "filling", H5Pset_fill_value, properties, real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64, value);
}

}  // namespace

bool Handle::reset() {
  if (id_ < 0 || close_ == nullptr) return true;
  quiet();
  return close_(std::exchange(id_, -1)) >= 0;
}

std::string Group::path_of(const std::string& name) const {
  return path_ == "/" ? "/" + name : path_ + "/" + name;
}

Group::Group(Handle handle, const Group& parent, const std::string& name)
    : Object(std::move(handle), parent.file_, parent.path_of(name)), sketch_(parent.sketch_) {}

Group Group::create_group(const std::string& name) {
  const std::string place = place_of(name);
  const Handle properties = untimed(H5P_GROUP_CREATE, place);
  return {own(H5Gclose, place, "creating the group", H5Gcreate2, handle_.get(), name.c_str(), H5P_DEFAULT,
              properties.get(), H5P_DEFAULT),
          *this, name};
}

Group Group::open_group(const std::string& name) const {
  return {
      own(H5Gclose, place_of(name), "opening the group", H5Gopen2, handle_.get(), name.c_str(), H5P_DEFAULT),
      *this, name};
}

Dataset Group::create_dataset(const std::string& name, Kind kind, const std::vector<std::size_t>& extents) {
  const std::string place = place_of(name);
  const Handle properties = untimed(H5P_DATASET_CREATE, place);
  if (sketch_ && kind != Kind::text) {
    call(place, "filling", H5Pset_fill_time, properties.get(), H5D_FILL_TIME_NEVER);
  } else if (kind != Kind::text) {
    call(place, "allocating", H5Pset_alloc_time, properties.get(), H5D_ALLOC_TIME_EARLY);
    call(place, "filling", H5Pset_fill_time, properties.get(), H5D_FILL_TIME_ALLOC);
  }
  if (kind != Kind::text && kind != Kind::character) set_fill(properties.get(), kind, place);
  const Handle stored = detail::file_type(kind);
  const Handle space = detail::simple_space(extents);
  return {own(H5Dclose, place, "creating the dataset", H5Dcreate2, handle_.get(), name.c_str(), stored.get(),
              space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT),
          file_, path_of(name), sketch_};
}

Dataset Group::open_dataset(const std::string& name) const {
  return {own(H5Dclose, place_of(name), "opening the dataset", H5Dopen2, handle_.get(), name.c_str(),
              H5P_DEFAULT),
          file_, path_of(name), sketch_};
}

bool Group::has(const std::string& name) const {
  return call(where(), "listing", H5Lexists, handle_.get(), name.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::string> Group::members(int wanted) const {
  struct Search {
    std::vector<std::string> names;
    H5O_type_t wanted;
  } search{{}, static_cast<H5O_type_t>(wanted)};
  const auto visit = [](hid_t group, const char* name, const H5L_info_t* link, void* data) -> herr_t {
    if (link->type != H5L_TYPE_HARD) return 0;
    H5O_info_t info;
    if (H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return -1;
    auto& found = *static_cast<Search*>(data);
    if (info.type == found.wanted) found.names.emplace_back(name);
    return 0;
  };
  call(where(), "listing", H5Literate, handle_.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &search);
  return search.names;
}

std::vector<std::string> Group::group_names() const { return members(H5O_TYPE_GROUP); }
std::vector<std::string> Group::dataset_names() const { return members(H5O_TYPE_DATASET); }

std::uint64_t Group::unallocated() const {
  std::uint64_t bytes = 0;
  for (const std::string& name : group_names()) bytes += open_group(name).unallocated();
  for (const std::string& name : dataset_names()) {
    const Dataset dataset = open_dataset(name);
    if (dataset.bytes().size == 0) bytes += dataset.cells() * dataset.own_bytes();
  }
  return bytes;
}

File File::sketch() {
  const std::string name = "(a file in memory)";
  constexpr std::size_t kGrowth = 4096;  // to which its size is rounded up
  const Handle access = access_properties(name);
  call(name, "preparing access", H5Pset_fapl_core, access.get(), kGrowth, false);
  File file(
      own(H5Fclose, name, "creating", H5Fcreate, name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()),
      name);
  file.sketch_ = std::make_shared<Heap>();
  return file;
}

std::uint64_t File::size_when_allocated() {
  flush();
  hsize_t size = 0;
  call(file_, "measuring", H5Fget_filesize, handle_.get(), &size);
  return size + unallocated() + (sketch_ ? sketch_->bytes() : 0);
}

File File::create(const std::filesystem::path& path) {
  const std::string name = path.string();
  const Handle access = access_properties(name);
  return {own(H5Fclose, name, "creating the file", H5Fcreate, name.c_str(), H5F_ACC_EXCL, H5P_DEFAULT,
              access.get()),
          name};
}

File File::open(const std::filesystem::path& path, bool writable) {
  const std::string name = path.string();
  const Handle access = access_properties(name);
  return {own(H5Fclose, name, "opening the file", H5Fopen, name.c_str(),
              writable ? H5F_ACC_RDWR : H5F_ACC_RDONLY, access.get()),
          name};
}

int File::descriptor() const {
  void* descriptor = nullptr;
  call(file_, "finding the descriptor", H5Fget_vfd_handle, handle_.get(), H5P_DEFAULT, &descriptor);
  return *static_cast<int*>(descriptor);
}

void File::flush() { call(file_, "flushing", H5Fflush, handle_.get(), H5F_SCOPE_LOCAL); }

void File::sync() {
  flush();
  if (::fsync(descriptor()) != 0)
    throw Error(file_ + ": waiting for the disk: " + std::generic_category().message(errno));
}

void File::begin_sync() {
  ::sync_file_range(descriptor(), 0, 0,
                    SYNC_FILE_RANGE_WRITE);  // where a file system cannot, sync() does all
}

void File::close() {
  if (!handle_.reset()) detail::fail(file_, "closing");
}

}  // namespace hookflow::pipeline::h5
