#include "pipeline/report/answer/digest.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

Digest digest_of(const std::vector<double>& values) {
  Digest digest;
  for (std::size_t cell = 0; cell < values.size(); ++cell) digest.add(values[cell], cell);
  return digest;
}

TEST(Digest, LeavesOutWhatIsMissing) {
  const Digest digest = digest_of({std::nan(""), 2, -4, std::nan("")});
  EXPECT_EQ(digest.count(), 2U);
  EXPECT_EQ(digest.mean(), -1);
  EXPECT_EQ(digest.highest().cell, 1U);
}

TEST(Digest, CountsInfiniteValuesAlone) {
  const Digest digest = digest_of({-std::numeric_limits<double>::infinity(), 3, 1});
  EXPECT_EQ(digest.count(), 2U);
  EXPECT_EQ(digest.infinite(), 1U);
  EXPECT_EQ(digest.lowest().value, 1);
}

TEST(Digest, RanksByMagnitudeTheFirstOfEqualsFirst) {
  const Digest digest = digest_of({1, -3, 0, 3, 2, -5});
  std::vector<std::size_t> cells;
  for (const FoundValue& found : digest.top()) cells.push_back(found.cell);
  EXPECT_EQ(cells, (std::vector<std::size_t>{5, 1, 3}));
}

TEST(Digest, FindsTheCommonestValue) {
  const Digest digest = digest_of({7, 1, 7, 1, 1});
  EXPECT_EQ(digest.commonest()->value, 1);
  EXPECT_EQ(digest.commonest()->times, 3U);
  EXPECT_EQ(digest.ones(), 3U);
  EXPECT_FALSE(Digest().commonest());
}

}  // namespace
}  // namespace hookflow::pipeline
