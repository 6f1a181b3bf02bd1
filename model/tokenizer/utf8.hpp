#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace hookflow {

struct CodePoint {
  char32_t value;
  std::size_t length;  // bytes of its UTF-8 form, 1 to 4
};

/// The code point that `text` starts with, or nothing if it is empty or starts with no valid sequence.
/// Overlong forms, surrogates and values past U+10FFFF are not valid (Unicode 15, table 3-7).
std::optional<CodePoint> first_code_point(std::string_view text);

}  // namespace hookflow
