#include "model/tokenizer/split.hpp"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow {
namespace {

using namespace std::string_literals;
using Pieces = std::vector<std::string_view>;

TEST(Split, CutsWordsNumbersSymbolsAndContractions) {
  EXPECT_EQ(split_pieces(""), Pieces());
  EXPECT_EQ(split_pieces("Hello, big world"), (Pieces{"Hello", ",", " big", " world"}));
  EXPECT_EQ(split_pieces("a1b 23?! x"), (Pieces{"a", "1", "b", " 23", "?!", " x"}));
  EXPECT_EQ(split_pieces("I'm they'll've IT'S o'x"),
            (Pieces{"I", "'m", " they", "'ll", "'ve", " IT", "'", "S", " o", "'", "x"}));
}

TEST(Split, LeavesOneSpaceToTheWordThatFollows) {
  EXPECT_EQ(split_pieces("a   b"), (Pieces{"a", "  ", " b"}));
  EXPECT_EQ(split_pieces("a \n b"), (Pieces{"a", " \n", " b"}));
  EXPECT_EQ(split_pieces("a\n\nb"), (Pieces{"a", "\n", "\n", "b"}));
  EXPECT_EQ(split_pieces("a   "), (Pieces{"a", "   "}));
}

TEST(Split, LettersAndNumbersAreUnicodes) {
  EXPECT_EQ(split_pieces("Straße Привет 日本語²Ⅷ½"), (Pieces{"Straße", " Привет", " 日本語", "²Ⅷ½"}));
  // A combining mark is no letter.
  EXPECT_EQ(split_pieces("e\u0301e"), (Pieces{"e", "\u0301", "e"}));
  EXPECT_EQ(split_pieces("a😀\u200D😀b"), (Pieces{"a", "😀\u200D😀", "b"}));
}

TEST(Split, WhiteSpaceIsTheUnicodeProperty) {
  for (const std::string space :
       {"\u0085", "\u00A0", "\u1680", "\u2003", "\u2028", "\u202F", "\u3000", "\v"}) {
    const std::string text = std::string("a").append(space).append(space).append("?");
    EXPECT_EQ(split_pieces(text), (Pieces{"a", space, space, "?"})) << text;
  }
  // What libraries' own \s add to it: the Mongolian vowel separator, the byte order mark, the ASCII
  // separators.
  for (const std::string other : {"\u180E", "\uFEFF", "\u200B", "\x1C", "\x1F"}) {
    const std::string symbols = other + other + "?";
    EXPECT_EQ(split_pieces("a" + symbols), (Pieces{"a", symbols})) << symbols;
    const std::string after_space = " " + other;
    EXPECT_EQ(split_pieces("a " + after_space), (Pieces{"a", " ", after_space})) << symbols;
  }
}

TEST(Split, BytesThatAreNotUtf8AreOtherSymbols) {
  EXPECT_EQ(split_pieces("a\xFF\xFE b"), (Pieces{"a", "\xFF\xFE", " b"}));
  EXPECT_EQ(split_pieces("a \xFF!"), (Pieces{"a", " \xFF!"}));
  EXPECT_EQ(split_pieces("  \xFF"), (Pieces{" ", " \xFF"}));
  // Overlong, surrogate, too large, cut short: none of their bytes is part of a letter.
  for (const std::string bytes : {"\xC1\x81", "\xE0\x81\x81", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xC3"}) {
    EXPECT_EQ(split_pieces("a" + bytes + "a"), (Pieces{"a", bytes, "a"}));
  }
  EXPECT_EQ(split_pieces("é\xC3é"), (Pieces{"é", "\xC3", "é"}));
  EXPECT_EQ(split_pieces("a\0\0b"s), (Pieces{"a", std::string_view("\0\0", 2), "b"}));
}

TEST(Split, PiecesJoinToTheText) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 3000; ++trial) {
    std::string text(random() % 40, '\0');
    const unsigned mask = trial % 2 == 0 ? 0xFFu : 0x7Fu;
    for (char& c : text) c = static_cast<char>(random() & mask);
    std::string joined;
    for (const std::string_view piece : split_pieces(text)) {
      EXPECT_FALSE(piece.empty());
      joined += piece;
    }
    ASSERT_EQ(joined, text);
  }
}

}  // namespace
}  // namespace hookflow
