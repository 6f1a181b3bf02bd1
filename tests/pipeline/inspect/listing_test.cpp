#include "pipeline/inspect/listing.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(Listing, SaysOnceWhatAllMeaningsEndWith) {
  EXPECT_EQ(common_ending({"t: paired t-test of x", "p: paired t-test of x"}), ": paired t-test of x");
  EXPECT_EQ(common_ending({"mean of a change", "largest of a change"}), " of a change");
  EXPECT_EQ(common_ending({"mean of x", "mean of y"}), "");
  EXPECT_EQ(common_ending({"one"}), "");
  EXPECT_EQ(common_ending({"a change", "no change"}), "") << "between words alone";
}

}  // namespace
}  // namespace hookflow::pipeline
