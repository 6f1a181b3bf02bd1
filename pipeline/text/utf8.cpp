#include "pipeline/text/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <utf8.h>

namespace hookflow::pipeline {

std::size_t find_invalid_utf8(std::string_view bytes) {
  const auto* invalid = utf8::find_invalid(bytes.begin(), bytes.end());
  return invalid == bytes.end() ? std::string_view::npos : static_cast<std::size_t>(invalid - bytes.begin());
}

std::size_t find_control(std::string_view bytes) {
  const auto* found = std::find_if(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
  return found == bytes.end() ? std::string_view::npos : static_cast<std::size_t>(found - bytes.begin());
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string_view without_bom(std::string_view bytes) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return bytes.substr(bytes.starts_with(kMark) ? kMark.size() : 0);
}

std::string spell_bytes(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto* invalid = utf8::find_invalid(text.begin(), text.end());
  if (invalid == text.end() && text.find('\0') == std::string_view::npos) return std::string(text);
  std::string spelled;
  spelled.reserve(text.size());
  for (const auto* at = text.begin(); at != text.end(); ++at) {
    if (at == invalid || *at == '\0') {
      const auto byte = static_cast<std::uint8_t>(*at);
      spelled += {'\\', 'x', kDigits[byte / 16U], kDigits[byte % 16U]};
    } else {
      spelled += *at;
    }
    if (at == invalid) invalid = utf8::find_invalid(at + 1, text.end());
  }
  return spelled;
}

char32_t next_character(std::string_view text, std::size_t& at) {
  constexpr char32_t kReplacement = 0xFFFD;
  const auto* const begin = text.data() + at;
  const auto* next = begin;
  try {
    const char32_t character = utf8::next(next, text.data() + text.size());
    at += static_cast<std::size_t>(next - begin);
    return character;
  } catch (const utf8::exception&) {
    ++at;
    return kReplacement;
  }
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
