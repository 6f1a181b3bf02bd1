#pragma once
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "model/files/strict_json.hpp"

namespace hookflow {

/// A JSON value that knows where it stands, so that each check can name the place. Borrows the value. All
/// throw ModelError.
struct PlacedJson {
  const FlatJson& value;
  std::string place;
  const char* separator = ".";  // between this place and a key in it

  [[noreturn]] void fail(const std::string& rule) const;
  [[noreturn]] void refuse(const std::string& rule) const;

  [[nodiscard]] bool has(const char* key) const;  // and that it is not null
  [[nodiscard]] PlacedJson at(const char* key) const;
  [[nodiscard]] PlacedJson at(std::size_t index) const;

  [[nodiscard]] const PlacedJson& object() const;
  [[nodiscard]] const PlacedJson& array() const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::optional<bool> flag(const char* key) const;  // none where it is absent or null
  [[nodiscard]] std::string type() const;                         // an object's entry of that name

  /// An object with no other keys.
  void only(std::initializer_list<std::string_view> known) const;
  /// The setting is absent, null, or one of the values that change nothing.
  void neutral(const char* key, std::initializer_list<FlatJson> values, const char* rule) const;
};

/// A file that is one JSON object.
struct JsonDocument {
  std::filesystem::path path;
  FlatJson json;
  [[nodiscard]] PlacedJson root() const { return {json, path.string(), ": "}; }
};

/// Throws ModelError for a file that cannot be read or that parse_json_object refuses.
JsonDocument read_json_document(const std::filesystem::path& path);

}  // namespace hookflow
