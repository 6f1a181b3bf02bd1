#include "pipeline/manual/roff.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline::roff {
namespace {

TEST(Roff, TextIsNoCommandOfTheFormatter) {
  EXPECT_EQ(plain("a-b"), "a\\-b");
  EXPECT_EQ(plain(".SH x"), "\\&.SH x");
  EXPECT_EQ(plain("'x'"), "\\&\\(aqx\\(aq");
  EXPECT_EQ(plain("\\fB `a` ~ ^"), "\\efB \\(gaa\\(ga \\(ti \\(ha");
}

TEST(Roff, LinesStayApart) {
  EXPECT_EQ(plain("one\n  .two\n\nthree\n"), "one\n.br\n\\&.two\n.br\nthree\n.br\n");
}

}  // namespace
}  // namespace hookflow::pipeline::roff
