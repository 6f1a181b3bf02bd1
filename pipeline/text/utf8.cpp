#include "pipeline/text/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace hookflow::pipeline {
namespace {

// The length of the sequence at the start of `bytes`; 0 when it is none.
std::size_t sequence_length(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || bytes.size() < length) return 0;
  std::uint32_t code = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return overlong || surrogate || code > 0x10FFFF ? 0 : length;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = sequence_length(bytes.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

std::size_t find_control(std::string_view bytes) {
  const auto* found = std::find_if(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
  return found == bytes.end() ? std::string_view::npos : static_cast<std::size_t>(found - bytes.begin());
}

std::string_view without_bom(std::string_view bytes) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return bytes.substr(bytes.starts_with(kMark) ? kMark.size() : 0);
}

std::string spell_bytes(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string spelled;
  spelled.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0 || text[0] == '\0') {
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
