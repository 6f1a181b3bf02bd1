#include <utility>

#include "pipeline/h5/detail.hpp"

namespace hookflow::pipeline::h5 {

using detail::call;
using detail::own;

namespace {

constexpr const char* kReading = "reading the attribute";

Handle type_of_attribute(const Handle& attribute, const std::string& place) {
  return own(H5Tclose, place, "reading the type", H5Aget_type, attribute.get());
}

}  // namespace

Object::Object(Handle handle, std::string file, std::string path)
    : handle_(std::move(handle)), file_(std::move(file)), path_(std::move(path)) {}

Handle Object::open_attribute(const std::string& name) const {
  return own(H5Aclose, where(name), "opening the attribute", H5Aopen, handle_.get(), name.c_str(),
             H5P_DEFAULT);
}

bool Object::has_attribute(const std::string& name) const {
  return call(where(name), "looking for the attribute", H5Aexists, handle_.get(), name.c_str()) > 0;
}

std::vector<std::string> Object::attribute_names() const {
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5A_info_t*, void* data) -> herr_t {
    static_cast<std::vector<std::string>*>(data)->emplace_back(name);
    return 0;
  };
  call(where(), "listing attributes", H5Aiterate2, handle_.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr,
       collect, &names);
  return names;
}

void Object::create_attribute(const std::string& name, Kind kind, const std::vector<std::size_t>& extents,
                              const void* value) {
  const Handle type = detail::memory_type(kind);
  const Handle space = detail::simple_space(extents);
  const Handle attribute = own(H5Aclose, where(name), "creating the attribute", H5Acreate2, handle_.get(),
                               name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT);
  call(where(name), "writing the attribute", H5Awrite, attribute.get(), type.get(), value);
}

void Object::set_text(const std::string& name, const std::string& value) {
  const char* pointer = value.c_str();
  create_attribute(name, Kind::text, {}, &pointer);
}

void Object::set_texts(const std::string& name, std::span<const std::string> values) {
  const std::vector<const char*> pointers = detail::pointers_to(values);
  create_attribute(name, Kind::text, {pointers.size()}, pointers.data());
}

namespace {

std::vector<std::string> attribute_texts(hid_t attribute, hid_t space, hid_t stored, std::size_t count,
                                         const std::string& place) {
  std::vector<std::string> texts(count);
  if (H5Tis_variable_str(stored) == 0) {
    const std::size_t size = H5Tget_size(stored);
    std::string bytes(count * size, '\0');
    call(place, kReading, H5Aread, attribute, stored, bytes.data());
    for (std::size_t i = 0; i < count; ++i) texts[i] = bytes.substr(i * size, size).c_str();
    return texts;
  }
  std::vector<char*> pointers(count, nullptr);
  call(place, kReading, H5Aread, attribute, stored, pointers.data());
  return detail::take_texts(pointers, stored, space, place);
}

}  // namespace

std::vector<std::string> Object::texts(const std::string& name) const {
  const Handle attribute = open_attribute(name);
  const Handle stored = type_of_attribute(attribute, where(name));
  const Handle space = own(H5Sclose, where(name), "reading the shape", H5Aget_space, attribute.get());
  const auto count = static_cast<std::size_t>(
      call(where(name), "reading the shape", H5Sget_simple_extent_npoints, space.get()));
  if (count == 0) return {};
  const auto spelled_out = [&]<Number T>(std::vector<T> values) {
    call(where(name), kReading, H5Aread, attribute.get(), detail::memory_type(kind_of<T>()).get(),
         values.data());
    std::vector<std::string> texts;
    for (const T value : values) texts.push_back(std::to_string(value));
    return texts;
  };
  switch (H5Tget_class(stored.get())) {
    case H5T_STRING:
      return attribute_texts(attribute.get(), space.get(), stored.get(), count, where(name));
    case H5T_INTEGER:
      return spelled_out(std::vector<std::int64_t>(count));
    case H5T_FLOAT:
      return spelled_out(std::vector<double>(count));
    default:
      throw Error(where(name) + ": is neither text nor number");
  }
}

std::string Object::text(const std::string& name) const {
  std::string joined;
  for (const std::string& part : texts(name)) joined += (joined.empty() ? "" : ", ") + part;
  return joined;
}

std::int64_t Object::integer(const std::string& name) const {
  const Handle attribute = open_attribute(name);
  const Handle type = type_of_attribute(attribute, where(name));
  if (H5Tget_class(type.get()) != H5T_INTEGER) throw Error(where(name) + ": is not an integer");
  std::int64_t value = 0;
  call(where(name), kReading, H5Aread, attribute.get(), H5T_NATIVE_INT64, &value);
  return value;
}

}  // namespace hookflow::pipeline::h5
