#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace hookflow::testing_support {

/// The bytes of the UTF-8 sequence that a text starts with, read off the table of well-formed sequences
/// (Unicode 15, table 3-7, which is RFC 3629's grammar); 0 where it starts with none.
inline std::size_t utf8_length(std::string_view text) {
  struct Row {
    unsigned first_low, first_high, second_low, second_high;
    std::size_t length;
  };
  constexpr std::array kTable = {
      Row{0x00, 0x7F, 0, 0, 1},       Row{0xC2, 0xDF, 0x80, 0xBF, 2}, Row{0xE0, 0xE0, 0xA0, 0xBF, 3},
      Row{0xE1, 0xEC, 0x80, 0xBF, 3}, Row{0xED, 0xED, 0x80, 0x9F, 3}, Row{0xEE, 0xEF, 0x80, 0xBF, 3},
      Row{0xF0, 0xF0, 0x90, 0xBF, 4}, Row{0xF1, 0xF3, 0x80, 0xBF, 4}, Row{0xF4, 0xF4, 0x80, 0x8F, 4}};
  const auto within = [&](std::size_t i, unsigned low, unsigned high) {
    const auto byte = static_cast<unsigned char>(text[i]);
    return byte >= low && byte <= high;
  };
  for (const Row& row : kTable) {
    if (text.size() < row.length || !within(0, row.first_low, row.first_high)) continue;
    if (row.length > 1 && !within(1, row.second_low, row.second_high)) continue;
    if (row.length > 2 && !within(2, 0x80, 0xBF)) continue;
    if (row.length > 3 && !within(3, 0x80, 0xBF)) continue;
    return row.length;
  }
  return 0;
}

/// Calls `check` with every text of up to four bytes at the table's bounds, some of five, and every text of
/// two bytes.
template <typename Check>
void for_utf8_texts(const Check& check) {
  constexpr std::string_view kBounds =
      "\x41\x7F\x80\x8F\x90\x9F\xA0\xBF\xC0\xC1\xC2\xDF\xE0\xE1\xEC\xED\xEE\xEF\xF0\xF1\xF3\xF4\xF5\xF8\xFF";
  const auto extend = [&](const auto& self, const std::string& text, std::size_t longest) -> void {
    check(text);
    if (text.size() == longest) return;
    for (const char byte : kBounds) self(self, text + byte, longest);
  };
  extend(extend, "", 4);
  for (const std::string_view start : {"\xE1\x80", "\xF1\x80", "\xF4\x8F"}) {
    extend(extend, std::string(start), 5);
  }
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      check(std::string{static_cast<char>(first), static_cast<char>(second)});
    }
  }
}

}  // namespace hookflow::testing_support
