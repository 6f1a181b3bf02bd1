#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

#include "model/files/strict_json.hpp"
#include "model/numerics/parameters.hpp"

namespace hookflow {

/// The settings of a config.json, read one by one; everything that is wrong with them is gathered.
class Settings {
 public:
  // Far above any model, and low enough that the product of any two, in bytes, fits std::size_t.
  static constexpr std::size_t kMaxSize = std::size_t{1} << 24U;

  /// Throws ModelError for a file that cannot be read or holds anything but one JSON object.
  explicit Settings(const std::filesystem::path& file);

  [[nodiscard]] bool has(const std::string& key) const { return json_.contains(key); }
  [[nodiscard]] bool is_given(const std::string& key) const { return has(key) && !at(key).is_null(); }
  [[nodiscard]] const FlatJson& at(const std::string& key) const { return json_.at(key); }

  /// Takes `other` for `key` where that is not given; refuses it where the two differ.
  void alias(const std::string& other, const std::string& key);

  // What a setting holds; `otherwise`, or 0 for a size, where it is not there or was refused.
  std::size_t size(const std::string& key, std::size_t largest = kMaxSize);  // from 1 to `largest`
  bool flag(const std::string& key, bool otherwise);
  float not_negative(const std::string& key, float otherwise);
  Activation activation(const std::string& key, Activation otherwise);

  /// Complains of a setting, in a line `file: key = value: rule`; by the name that the file gives it.
  void refuse(const std::string& key, const std::string& rule);
  /// Throws ModelError with everything that was refused, one line each.
  void finish() const;

 private:
  std::string file_;
  FlatJson json_;
  std::map<std::string, std::string> spelled_;  // key -> the other name that it stands under
  std::string problems_;
};

}  // namespace hookflow
