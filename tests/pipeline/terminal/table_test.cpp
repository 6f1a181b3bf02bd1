#include "pipeline/terminal/table.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

std::string printed(const Table& table, std::size_t columns = Window::kEndless) {
  std::ostringstream out;
  table.print(out, {columns, columns != Window::kEndless, false});
  return out.str();
}

TEST(Table, LinesUpNumbersRightAndWordsLeftWhateverTheirCharacters) {
  Table table({"prompt", "value", "token"});
  table.add({"東京", "-1.5", "438 ' the'"});
  table.add({"a\tb", "12", "7 ' a'"});
  table.add({"køln", "-", "-"});
  EXPECT_EQ(printed(table),
            "  prompt  value       token\n"
            "  東京     -1.5  438 ' the'\n"
            "  a\\tb       12      7 ' a'\n"
            "  køln        -           -\n");
}

TEST(Table, CutsWordsInANarrowWindowAndNoNumber) {
  Table table({"id", "n", "text"});
  table.add({"berlin", "123456", "Berlin is the capital of a country"});
  EXPECT_EQ(printed(table, 40),
            "  id           n  text\n"
            "  berlin  123456  Berlin is the capital…\n");
}

TEST(Table, SaysWhichColumnsHaveNoRoom) {
  Table table({"id", "first", "second", "third"});
  table.add({"a", "0.123456789", "0.123456789", "0.123456789"});
  EXPECT_EQ(printed(table, 30),
            "  id        first       second\n"
            "  a   0.123456789  0.123456789\n"
            "  … no room for third\n");
}

TEST(Table, LeavesLabelsWholeWhereColumnsMustGoAnyway) {
  Table table({"replacement", "first", "second"});
  table.add({"mean_head", "0.123456789", "0.123456789"});
  EXPECT_EQ(printed(table, 30),
            "  replacement        first\n"
            "  mean_head    0.123456789\n"
            "  … no room for second\n");
  EXPECT_EQ(printed(table, 36),
            "  replace…        first       second\n"
            "  mean_he…  0.123456789  0.123456789\n");
}

TEST(Window, ColoursNothingWhereThereAreNoColours) {
  EXPECT_EQ((Window{80, true, false}).painted("text", Ink::red), "text");
  EXPECT_EQ((Window{80, true, true}).painted("text", Ink::red), "\033[31mtext\033[0m");
}

}  // namespace
}  // namespace hookflow::pipeline
