#include "pipeline/text/columns.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(Columns, AreThoseOfATerminal) {
  EXPECT_EQ(columns_of(""), 0U);
  EXPECT_EQ(columns_of("køln"), 4U);
  EXPECT_EQ(columns_of("東京"), 4U);
  EXPECT_EQ(columns_of("e\u0301"), 1U) << "an accent of its own";
  EXPECT_EQ(columns_of("\xff"), 1U) << "no UTF-8";
}

TEST(Columns, OneLineSpellsControls) {
  EXPECT_EQ(one_line("a\tb\nc\r\x1b[1m 東"), "a\\tb\\nc\\r\\x1b[1m 東");
}

TEST(Columns, ATextIsCutBetweenCharacters) {
  EXPECT_EQ(cut_to_columns("Berlin", 6), "Berlin");
  EXPECT_EQ(cut_to_columns("Berlin", 5), "Berl…");
  EXPECT_EQ(cut_to_columns("東京都", 4), "東…");
  EXPECT_EQ(cut_to_columns("東京都", 5), "東京…");
  EXPECT_EQ(cut_to_columns("ab", 1), "…");
  EXPECT_EQ(cut_to_columns("ab", 0), "");
}

TEST(Columns, ALineIsWrappedBetweenWords) {
  EXPECT_EQ(wrapped("one two three", 8, 0), "one two\nthree");
  EXPECT_EQ(wrapped("one two three", 9, 2), "one two\n  three") << "as if it began at column 2";
  EXPECT_EQ(wrapped("in   clean", 80, 0), "in   clean") << "spaces stay";
  EXPECT_EQ(wrapped("unbreakable", 4, 0), "unbreakable");
  EXPECT_EQ(wrapped("a\n  b c", 80, 2), "a\n    b c");
}

}  // namespace
}  // namespace hookflow::pipeline
