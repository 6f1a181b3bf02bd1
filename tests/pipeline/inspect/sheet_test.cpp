#include "pipeline/inspect/sheet.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

using Role = SheetColumn::Role;

/// Of two heads, with the token that both are of.
Sheet two_heads(std::size_t rows) {
  Sheet sheet("heads", rows);
  sheet.add({"head", Role::label, [](std::size_t row) { return Cell(static_cast<std::int64_t>(row)); }});
  sheet.add({"token", Role::label, [](std::size_t) { return Cell(std::string("target")); }});
  sheet.add({"change", Role::measure, [](std::size_t row) { return Cell(row == 0 ? 0.5 : -2.0); }});
  return sheet;
}

std::string csv(const Sheet& sheet) {
  std::ostringstream text;
  sheet.print_csv(text, sheet.size());
  return text.str();
}

TEST(Sheet, LabelsThatTellNoRowsApartCanBeHidden) {
  Sheet sheet = two_heads(2);
  EXPECT_EQ(sheet.hide_common_labels(), "token target");
  EXPECT_EQ(csv(sheet), "head,change\n0,0.5\n1,-2\n");
  Sheet one = two_heads(1);
  EXPECT_EQ(one.hide_common_labels(), "");
  EXPECT_EQ(csv(one), "head,token,change\n0,target,0.5\n");
}

TEST(Sheet, TopIsByMagnitude) {
  Sheet sheet = two_heads(2);
  EXPECT_EQ(sheet.top(1), "largest |change|");
  EXPECT_EQ(csv(sheet), "head,token,change\n1,target,-2\n");
}

TEST(Sheet, TopIsByTheMeasureThatComesFirstAndOfPValuesTheSmallest) {
  Sheet sheet = two_heads(2);
  SheetColumn p{"p", Role::measure, [](std::size_t row) { return Cell(row == 0 ? 0.01 : 0.9); }};
  p.precedence = -1;
  p.small_matters = true;
  sheet.add(p);
  EXPECT_EQ(sheet.top(2), "smallest p");
  EXPECT_EQ(csv(sheet), "head,token,p,change\n0,target,0.01,0.5\n1,target,0.9,-2\n");
}

}  // namespace
}  // namespace hookflow::pipeline
