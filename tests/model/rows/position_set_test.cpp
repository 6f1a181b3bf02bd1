#include "model/rows/position_set.hpp"

#include <algorithm>
#include <iterator>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace hookflow {
namespace {

using Positions = std::vector<std::size_t>;

TEST(PositionSet, HoldsARange) {
  EXPECT_EQ(PositionSet::range(2, 5).positions(), (Positions{2, 3, 4}));
  EXPECT_EQ(PositionSet::range(63, 66).positions(), (Positions{63, 64, 65}));
  EXPECT_EQ(PositionSet::range(0, 128).size(), 128U);
  EXPECT_TRUE(PositionSet::range(5, 5).empty());
  EXPECT_TRUE(PositionSet::range(6, 5).empty());
  EXPECT_EQ(PositionSet::range(64, 65), PositionSet(Positions{64}));
}

TEST(PositionSet, KnowsItsEnds) {
  const PositionSet set(Positions{70, 3, 130, 3});
  EXPECT_EQ(set.positions(), (Positions{3, 70, 130}));
  EXPECT_EQ(set.first(), 3U);
  EXPECT_EQ(set.end(), 131U);
  EXPECT_EQ(PositionSet().end(), 0U);
}

// Against the standard's sets, in sizes around the words that the bits stand in.
TEST(PositionSet, JoinsMeetsAndSubtracts) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const auto draw = [&] {
      std::set<std::size_t> drawn;
      for (std::size_t count = random() % 8; count > 0; --count) drawn.insert(random() % 200);
      return drawn;
    };
    const std::set<std::size_t> a = draw(), b = draw();
    const auto set = [](const std::set<std::size_t>& of) {
      return PositionSet(Positions(of.begin(), of.end()));
    };
    Positions join, meet, rest;
    std::ranges::set_union(a, b, std::back_inserter(join));
    std::ranges::set_intersection(a, b, std::back_inserter(meet));
    std::ranges::set_difference(a, b, std::back_inserter(rest));
    EXPECT_EQ((set(a) | set(b)).positions(), join);
    EXPECT_EQ(set(a) & set(b), PositionSet(meet));
    EXPECT_EQ(set(a) - set(b), PositionSet(rest));
    EXPECT_EQ(set(a).size(), a.size());
    for (std::size_t position = 0; position < 210; ++position)
      EXPECT_EQ(set(a).contains(position), a.contains(position));
  }
}

}  // namespace
}  // namespace hookflow
