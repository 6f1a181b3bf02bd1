#include "pipeline/text/utf8.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/utf8_table.hpp"

namespace hookflow::pipeline {
namespace {

using namespace std::string_literals;

TEST(SpellBytes, LeavesUtf8AsItIs) {
  for (const std::string text : {"", "a b\n", "é", "東京", "\xF0\x9F\x98\x80", "\xEF\xBF\xBD"})
    EXPECT_EQ(spell_bytes(text), text);
}

TEST(SpellBytes, SpellsWhatIsNotUtf8) {
  EXPECT_EQ(spell_bytes("a\0b"s), "a\\x00b");
  EXPECT_EQ(spell_bytes("\xE6\x9D"), "\\xe6\\x9d");  // the first two bytes of three
  EXPECT_EQ(spell_bytes("\x80\xC3\xA9\xFF"), "\\x80é\\xff");
  EXPECT_EQ(spell_bytes("\xC0\xAF"), "\\xc0\\xaf");                    // an over-long slash
  EXPECT_EQ(spell_bytes("\xED\xA0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(spell_bytes("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
}

/// Byte after byte by the table: what both functions must make of any text.
struct Plain {
  std::size_t first_invalid = std::string_view::npos;
  std::string spelled;

  explicit Plain(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t length = testing_support::utf8_length(text.substr(i));
      const auto byte = static_cast<unsigned char>(text[i]);
      if (length == 0 && first_invalid == std::string_view::npos) first_invalid = i;
      if (length == 0 || byte == 0) {
        spelled += std::string("\\x") + kDigits[byte / 16] + kDigits[byte % 16];
      } else {
        spelled += text.substr(i, length);
      }
      i += std::max<std::size_t>(1, length);
    }
  }
};

TEST(Utf8, IsThatOfTheTableForEveryTextAtItsBounds) {
  testing_support::for_utf8_texts([](const std::string& text) {
    const Plain plain(text);
    ASSERT_EQ(find_invalid_utf8(text), plain.first_invalid) << plain.spelled;
    ASSERT_EQ(spell_bytes(text), plain.spelled);
  });
}

TEST(CutText, CutsBetweenCharacters) {
  EXPECT_EQ(cut_text("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_text("abcdefg", 6), "abc…");
  EXPECT_EQ(cut_text("aéééé", 7), "aé…");
  EXPECT_EQ(cut_text("aéééé", 8), "aéé…");
  EXPECT_EQ(cut_text("東京東京", 5), "…");
  EXPECT_EQ(cut_text("abcdef", 2), "");
}

}  // namespace
}  // namespace hookflow::pipeline
