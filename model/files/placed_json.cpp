#include "model/files/placed_json.hpp"

#include <algorithm>

#include "model/error.hpp"
#include "model/files/mapped_file.hpp"

namespace hookflow {

void PlacedJson::fail(const std::string& rule) const { throw ModelError(place + ": " + rule); }

void PlacedJson::refuse(const std::string& rule) const {
  fail(value.dump(-1, ' ', false, FlatJson::error_handler_t::replace) + " is not supported: " + rule);
}

bool PlacedJson::has(const char* key) const { return value.contains(key) && !value.at(key).is_null(); }

PlacedJson PlacedJson::at(const char* key) const {
  if (!value.contains(key)) fail(std::string("lacks '") + key + "'");
  return {value.at(key), place + separator + key};
}

PlacedJson PlacedJson::at(std::size_t index) const {
  return {value.at(index), place + "[" + std::to_string(index) + "]"};
}

const PlacedJson& PlacedJson::object() const {
  if (!value.is_object()) fail("must be an object");
  return *this;
}

const PlacedJson& PlacedJson::array() const {
  if (!value.is_array()) fail("must be an array");
  return *this;
}

std::string PlacedJson::text() const {
  if (!value.is_string()) fail("must be a string");
  return value.get<std::string>();
}

std::optional<bool> PlacedJson::flag(const char* key) const {
  if (!has(key)) return std::nullopt;
  if (!value.at(key).is_boolean()) at(key).fail("must be true or false");
  return value.at(key).get<bool>();
}

std::string PlacedJson::type() const { return object().at("type").text(); }

void PlacedJson::only(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, setting] : object().value.items()) {
    if (std::ranges::find(known, key) == known.end()) fail("setting '" + key + "' is not supported");
  }
}

void PlacedJson::neutral(const char* key, std::initializer_list<FlatJson> values, const char* rule) const {
  if (has(key) && std::ranges::find(values, value.at(key)) == values.end()) at(key).refuse(rule);
}

JsonDocument read_json_document(const std::filesystem::path& path) {
  const MappedFile file(path);
  return {path, parse_json_object(file.text(), path.string())};
}

}  // namespace hookflow
