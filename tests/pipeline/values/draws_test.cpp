#include "pipeline/values/draws.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

std::vector<std::uint64_t> drawn(std::uint64_t seed, std::uint64_t item, std::uint64_t end) {
  Draws draws(seed, item);
  std::vector<std::uint64_t> numbers(5);
  for (auto& number : numbers) number = draws.below(end);
  return numbers;
}

TEST(Draws, AreTheSameEverywhere) {
  EXPECT_EQ(drawn(1, 0, 1000), (std::vector<std::uint64_t>{404, 842, 285, 882, 895}));
  EXPECT_EQ(drawn(1ULL << 40U, 7, 50257), (std::vector<std::uint64_t>{22285, 47637, 12464, 31526, 20991}));
}

TEST(Draws, DifferBySeedAndByWhatTheyAreFor) {
  EXPECT_NE(drawn(1, 0, 1000), drawn(2, 0, 1000));
  EXPECT_NE(drawn(1, 0, 1000), drawn(1, 1, 1000));
  EXPECT_NE(drawn(1, 0, 1000), drawn(1 + (1ULL << 32U), 0, 1000));
  EXPECT_EQ(drawn(1, 2, 1000), drawn(1, 2, 1000));
}

TEST(Draws, AreAlikeOften) {
  Draws draws(4);
  std::array<int, 3> often{};
  for (int i = 0; i < 30'000; ++i) ++often.at(draws.below(3));
  for (const int times : often) EXPECT_NEAR(times, 10'000, 400);
  EXPECT_EQ(draws.below(1), 0U);
}

// 3/4 of all numbers: without drawing again, a third of the results would come twice as often.
TEST(Draws, AreAlikeOftenWhereTheEndIsLarge) {
  constexpr std::uint64_t kEnd = 3ULL << 62U;
  Draws draws(4);
  int low = 0;
  for (int i = 0; i < 30'000; ++i) low += draws.below(kEnd) < (1ULL << 62U) ? 1 : 0;
  EXPECT_NEAR(low, 10'000, 400);
}

}  // namespace
}  // namespace hookflow::pipeline
