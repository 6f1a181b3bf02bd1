#include "pipeline/utf8.hpp"

#include <cstdint>

namespace hookflow::pipeline {
namespace {

// The length of the valid, shortest-form character that `text` begins with; 0 for none. Table 3-7 of the
// Unicode standard: the second byte's range depends on the first, which keeps out surrogates and over-long
// forms.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto in_range = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (!in_range(1, low, high)) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if (!in_range(i, 0x80, 0xBF)) return 0;
  return length;
}

}  // namespace

std::string spell_bytes(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string spelled;
  spelled.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) {
      const auto byte = static_cast<std::uint8_t>(text[0]);
      spelled += "\\x";
      spelled += kDigits[byte / 16U];
      spelled += kDigits[byte % 16U];
      text.remove_prefix(1);
    } else {
      spelled += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return spelled;
}

std::string cut_text(const std::string& text, std::size_t bytes) {
  const std::string mark = "…";
  if (text.size() <= bytes) return text;
  if (bytes < mark.size()) return {};
  std::size_t keep = bytes - mark.size();
  const auto inside_character = [&](std::size_t at) {
    return (static_cast<std::uint8_t>(text[at]) & 0xC0U) == 0x80U;
  };
  while (keep > 0 && inside_character(keep)) --keep;
  return text.substr(0, keep) + mark;
}

}  // namespace hookflow::pipeline
