#include "pipeline/inspect/cell.hpp"

#include <cstdlib>
#include <limits>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(Cell, IsExactForPrograms) {
  for (const double value : {0.1, -1.0 / 3, 1e-310, std::numeric_limits<double>::max()})
    EXPECT_EQ(std::strtod(exact_cell(value).c_str(), nullptr), value);
  EXPECT_EQ(std::strtof(exact_cell(1.0F / 3).c_str(), nullptr), 1.0F / 3);
  EXPECT_EQ(exact_cell(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(exact_cell(Cell()), "");
  EXPECT_EQ(exact_cell(std::string(" Germany")), " Germany");
}

TEST(Cell, IsShortForPeople) {
  EXPECT_EQ(shown_cell(1.0 / 3), "0.333333");
  EXPECT_EQ(shown_cell(Cell()), "-");
  EXPECT_EQ(shown_cell(std::string(" Germany")), "' Germany'");
}

TEST(Cell, IsQuotedInCsvWhereItMustBe) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\"\n"), "\"say \"\"x\"\"\n\"");
}

}  // namespace
}  // namespace hookflow::pipeline
