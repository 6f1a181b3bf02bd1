#include "pipeline/text/line_reader.hpp"

#include <sstream>
#include <vector>

#include <gtest/gtest.h>

namespace {

using hookflow::pipeline::LineReader;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  LineReader lines(in);
  std::vector<std::string> found;
  for (std::string line; lines.next(line);) {
    found.push_back(line);
    EXPECT_EQ(lines.number(), found.size());
  }
  return found;
}

TEST(LineReader, TakesEveryKindOfEnding) {
  EXPECT_EQ(lines_of("a\nb\r\nc\rd"), (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(lines_of("a\r\rb\r"), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(lines_of("\n\r\n\r"), (std::vector<std::string>{"", "", ""}));
  EXPECT_EQ(lines_of(""), std::vector<std::string>{});
}

TEST(LineReader, LeavesOutTheMarkOfTheByteOrderAtTheStartAlone) {
  EXPECT_EQ(lines_of("\xEF\xBB\xBF"
                     "a\n\xEF\xBB\xBF"
                     "b"),
            (std::vector<std::string>{"a",
                                      "\xEF\xBB\xBF"
                                      "b"}));
  EXPECT_EQ(lines_of("\xEF\xBB\xBF"), std::vector<std::string>{});
}

TEST(LineReader, TellsHowALineEnded) {
  std::istringstream in("a\r\nb\rc\nd");
  LineReader lines(in);
  std::string endings;
  for (std::string line; lines.next(line);) endings += "<" + lines.ending() + ">";
  EXPECT_EQ(endings, "<\r\n><\r><\n><>");
}

}  // namespace
