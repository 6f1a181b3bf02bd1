#include "pipeline/inspect/chosen_rows.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

using Steps = std::vector<std::size_t>;

Steps all_of(const ChosenRows& rows) {
  Steps all;
  for (std::size_t i = 0; i < rows.size(); ++i) all.push_back(rows[i]);
  return all;
}

TEST(ChosenRows, AreAllAtFirst) {
  EXPECT_EQ(all_of(ChosenRows({2, 3})), (Steps{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(all_of(ChosenRows({})), Steps{0}) << "a single value";
  EXPECT_EQ(ChosenRows({2, 0}).size(), 0U);
}

TEST(ChosenRows, AreCombinationsOfSteps) {
  ChosenRows rows({2, 3, 2});
  rows.keep_steps(1, {0, 2});
  rows.keep_steps(2, {1});
  EXPECT_TRUE(rows.is_grid());
  EXPECT_EQ(all_of(rows), (Steps{1, 5, 7, 11}));
  EXPECT_EQ(rows.row_at(1, 2), 4U);
}

TEST(ChosenRows, MayBeListed) {
  ChosenRows rows({2, 3});
  rows.keep({4, 1});
  EXPECT_FALSE(rows.is_grid());
  EXPECT_EQ(all_of(rows), (Steps{4, 1}));
}

}  // namespace
}  // namespace hookflow::pipeline
