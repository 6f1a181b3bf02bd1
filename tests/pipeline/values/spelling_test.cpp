#include "pipeline/values/spelling.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(Meaning, OfAnIndicatorIsWhatItIndicates) {
  const auto meaning = [](const std::string& long_name) {
    return meaning_of({"x", Dtype::int64, {}, "1", long_name});
  };
  EXPECT_EQ(meaning("probability"), "probability");
  EXPECT_EQ(meaning(""), "x");
  EXPECT_EQ(meaning("1 where p is at most 0.05, else 0: t-test of x"), "p is at most 0.05: t-test of x");
  EXPECT_EQ(meaning("mean of 1 where it differs, else 0"), "how often it differs");
  EXPECT_EQ(meaning("largest of 1 where it differs, else 0"), "largest of whether it differs");
}

}  // namespace
}  // namespace hookflow::pipeline
