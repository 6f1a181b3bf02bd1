#include "pipeline/yaml/surrogates.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kEscape = 6;  // of \ud83d
constexpr std::uint32_t kFirstHigh = 0xD800;
constexpr std::uint32_t kFirstLow = 0xDC00;
constexpr std::uint32_t kBehind = 0xE000;

/// The half that is written at this place, or 0.
std::uint32_t surrogate_at(std::string_view text, std::size_t at) {
  const std::string_view escape = text.substr(std::min(at, text.size()), kEscape);
  if (escape.size() < kEscape || !escape.starts_with("\\u")) return 0;
  std::uint32_t code = 0;
  const char* end = escape.data() + kEscape;
  const auto read = std::from_chars(escape.data() + 2, end, code, 16);
  return read.ptr == end && code >= kFirstHigh && code < kBehind ? code : 0;
}

std::string long_escape(std::uint32_t high, std::uint32_t low) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "\\U%08X",
                0x10000U + ((high - kFirstHigh) << 10U) + (low - kFirstLow));
  return text.data();
}

}  // namespace

bool may_hold_surrogates(std::string_view text) {
  return text.find("\\ud") != std::string_view::npos || text.find("\\uD") != std::string_view::npos;
}

std::string without_surrogates(std::string_view text) {
  std::string others(text);
  for (std::size_t at = text.find("\\u"); at != std::string_view::npos; at = text.find("\\u", at + 1))
    if (surrogate_at(text, at) != 0) others[at + 2] = '2';
  return others;
}

std::string join_surrogates(std::string_view text, const std::vector<std::size_t>& quotes,
                            std::vector<LoneSurrogate>& lone) {
  std::string joined;
  std::size_t copied = 0;
  for (const std::size_t quote : quotes) {
    for (std::size_t at = quote + 1; at < text.size() && text[at] != '"';) {
      const std::uint32_t half = surrogate_at(text, at);
      const std::uint32_t next = surrogate_at(text, at + kEscape);
      if (half == 0) {
        at += text[at] == '\\' ? 2 : 1;
      } else if (half >= kFirstLow || next < kFirstLow) {
        lone.push_back({at, std::string(text.substr(at, kEscape))});
        at += kEscape;
      } else {
        joined.append(text, copied, at - copied).append(long_escape(half, next));
        at += 2 * kEscape;
        copied = at;
      }
    }
  }
  return joined.append(text, copied);
}

}  // namespace hookflow::pipeline
