#include "model/library/settings.hpp"

#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "model/architecture/config.hpp"
#include "model/error.hpp"
#include "model/files/mapped_file.hpp"

namespace hookflow {

Settings::Settings(const std::filesystem::path& file) : file_(file.string()) {
  const MappedFile mapped(file);
  json_ = parse_json_object(mapped.text(), file_);
}

void Settings::alias(const std::string& other, const std::string& key) {
  if (!is_given(other)) return;
  if (!is_given(key)) {
    FlatJson value = at(other);  // a new key may move what stands there
    json_[key] = std::move(value);
    spelled_[key] = other;
  } else if (at(other) != at(key)) {
    refuse(other, "is another name of " + key + ", which is " + at(key).dump());
  }
}

std::size_t Settings::size(const std::string& key, std::size_t largest) {
  if (!has(key)) return refuse(key, "is missing"), 0;
  const FlatJson& value = at(key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < 1 || value.get<std::uint64_t>() > largest)
    return refuse(key, "must be a whole number from 1 to " + std::to_string(largest)), 0;
  return value.get<std::size_t>();
}

bool Settings::flag(const std::string& key, bool otherwise) {
  if (!has(key)) return otherwise;
  if (!at(key).is_boolean()) return refuse(key, "must be true or false"), otherwise;
  return at(key).get<bool>();
}

float Settings::not_negative(const std::string& key, float otherwise) {
  if (!has(key)) return otherwise;
  const double value = at(key).is_number() ? at(key).get<double>() : -1;
  if (!(value >= 0 && value <= std::numeric_limits<float>::max()))
    refuse(key, "must be a number of 0 or more");
  return static_cast<float>(value);
}

Activation Settings::activation(const std::string& key, Activation otherwise) {
  if (!has(key)) return otherwise;
  if (at(key).is_string())
    if (const auto found = find_activation(at(key).get<std::string>())) return *found;
  return refuse(key, "is not supported; must be gelu_new, gelu or relu, or another name of one of these"),
         otherwise;
}

void Settings::refuse(const std::string& key, const std::string& rule) {
  const auto spelled = spelled_.find(key);
  const std::string& name = spelled == spelled_.end() ? key : spelled->second;
  const std::string value = has(key) ? " = " + at(key).dump().substr(0, 80) : "";
  problems_ += (problems_.empty() ? "" : "\n") + file_ + ": " + name + value + ": " + rule;
}

void Settings::finish() const {
  if (!problems_.empty()) throw ModelError(problems_);
}

}  // namespace hookflow
