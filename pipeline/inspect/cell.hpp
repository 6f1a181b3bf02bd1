#pragma once
#include <cstdint>
#include <string>
#include <variant>

namespace hookflow::pipeline {

/// One value of a table; the first: there is none.
using Cell = std::variant<std::monostate, std::int64_t, float, double, std::string>;

inline constexpr const char* kNoValue = "-";

[[nodiscard]] inline bool is_missing(const Cell& cell) {
  return std::holds_alternative<std::monostate>(cell);
}
/// As people read it: numbers of six significant digits, texts that begin or end with a space in quotes.
std::string shown_cell(const Cell& cell);
/// As programs read it: every digit that tells it from the next number, texts as they are, nothing for none.
std::string exact_cell(const Cell& cell);
/// A field of a CSV file, quoted where it must be (RFC 4180, section 2).
std::string csv_field(const std::string& text);

}  // namespace hookflow::pipeline
