#include "model/tokenizer/utf8.hpp"

#include <utf8.h>

namespace hookflow {

std::optional<CodePoint> first_code_point(std::string_view text) {
  const std::string_view head = text.substr(0, 4);  // what follows the first one does not matter
  if (utf8::find_invalid(head.begin(), head.end()) == head.begin()) return std::nullopt;
  const auto* end = head.begin();
  const char32_t value = utf8::unchecked::next(end);
  return CodePoint{value, static_cast<std::size_t>(end - head.begin())};
}

}  // namespace hookflow
