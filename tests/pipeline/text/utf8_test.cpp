#include "pipeline/text/utf8.hpp"

#include <gtest/gtest.h>

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
