#include "pipeline/inspect/cell.hpp"

#include <array>
#include <charconv>
#include <type_traits>

#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {

std::string shown_cell(const Cell& cell) {
  return std::visit(
      [](const auto& value) -> std::string {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>)
          return kNoValue;
        else if constexpr (std::is_floating_point_v<T>)
          return shown_number(static_cast<double>(value));
        else if constexpr (std::is_integral_v<T>)
          return std::to_string(value);
        else
          return value.starts_with(' ') || value.ends_with(' ') ? "'" + value + "'" : value;
      },
      cell);
}

std::string exact_cell(const Cell& cell) {
  return std::visit(
      [](const auto& value) -> std::string {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return "";
        } else if constexpr (std::is_arithmetic_v<T>) {
          std::array<char, 32> digits{};
          return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
        } else {
          return value;
        }
      },
      cell);
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char byte : text) quoted += byte == '"' ? "\"\"" : std::string(1, byte);
  return quoted + '"';
}

}  // namespace hookflow::pipeline
