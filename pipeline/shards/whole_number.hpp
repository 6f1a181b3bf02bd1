#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hookflow::pipeline {

/// Digits alone, without a sign or spaces. What is too large for the type is the largest number; none: it is
/// no whole number.
std::optional<std::size_t> whole_number(std::string_view text);

/// A value that someone gave, as a message quotes it: on one line, and cut where it is long.
std::string quoted_value(std::string_view text);

}  // namespace hookflow::pipeline
