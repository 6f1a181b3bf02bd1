#include "model/tokenizer/printable.hpp"

#include <algorithm>
#include <optional>

#include "model/tokenizer/utf8.hpp"

namespace hookflow {
namespace {

bool is_visible(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD) return false;  // controls, soft hyphen
  if (c >= 0x200B && c <= 0x200F) return false;                        // zero width, direction marks
  if (c >= 0x2028 && c <= 0x202E) return false;                        // separators, direction overrides
  if (c >= 0x2060 && c <= 0x206F) return false;                        // invisible operators, isolates
  if (c >= 0xFFF9 && c <= 0xFFFB) return false;                        // interlinear annotation
  if (c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F)) return false;     // byte order mark, tags
  return true;
}

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xFu];
  }
}

}  // namespace

std::string printable(std::string_view token_bytes) {
  const auto is_ascii = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (std::ranges::all_of(token_bytes, is_ascii)) return std::string(token_bytes);
  std::string out;
  while (!token_bytes.empty()) {
    const std::optional<CodePoint> point = first_code_point(token_bytes);
    const std::string_view bytes = token_bytes.substr(0, point ? point->length : 1);
    if (point && is_visible(point->value)) {
      out += bytes;
    } else {
      append_escaped(out, bytes);
    }
    token_bytes.remove_prefix(bytes.size());
  }
  return out;
}

}  // namespace hookflow
