#include "pipeline/prompts/templates/combinations.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

using Lists = std::vector<std::vector<std::string>>;
using Choice = Combinations::Choice;

std::vector<std::string> texts(std::size_t count, const std::string& before = "") {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(before + std::to_string(i));
  return list;
}

TEST(Combinations, AreInOrderAndHoldNoTextTwice) {
  const Combinations combinations({{"a", "b"}, {"b", "c", "a"}, {"x", "y"}});
  EXPECT_EQ(combinations.count(), 8U);
  EXPECT_EQ(combinations.all(),
            (std::vector<Choice>{
                {0, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 1, 1}, {1, 1, 0}, {1, 1, 1}, {1, 2, 0}, {1, 2, 1}}));
}

TEST(Combinations, AreAsManyAsAreCounted) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    Lists lists(random() % 5);
    for (auto& list : lists) {
      list = texts(8);
      std::shuffle(list.begin(), list.end(), random);
      list.resize(1 + random() % 4);
    }
    const Combinations combinations(lists);
    EXPECT_EQ(combinations.all().size(), combinations.count());
  }
}

TEST(Combinations, OfManyTextsAreCountedWithoutListingThem) {
  EXPECT_EQ(Combinations(Lists(3, texts(1000))).count(), 1000ULL * 999 * 998);
  EXPECT_EQ(Combinations(Lists(12, texts(12))).count(), 479'001'600U);
  EXPECT_EQ(Combinations(Lists(12, texts(11))).count(), 0U);
  EXPECT_EQ(Combinations(Lists(12, texts(100))).count(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(Combinations({}).count(), 1U);
}

TEST(Combinations, AreDrawnOnceEach) {
  const Combinations combinations({texts(20), texts(20), texts(7, "x")});
  for (const std::size_t size : {1U, 200U, 2660U}) {
    Draws draws(3);
    const auto drawn = combinations.draw(size, draws);
    EXPECT_EQ(std::set<Choice>(drawn.begin(), drawn.end()).size(), size);
    for (const Choice& choice : drawn) EXPECT_NE(choice[0], choice[1]);
  }
}

// Of so many, two are alike almost for certain if each is drawn without a look at the others.
TEST(Combinations, AreDrawnOnceEachWhereTheyAreTooManyToList) {
  const Combinations combinations(Lists(2, texts(1002)));
  ASSERT_GT(combinations.count(), Combinations::kMost);
  Draws draws(3);
  const auto drawn = combinations.draw(20'000, draws);
  EXPECT_EQ(std::set<Choice>(drawn.begin(), drawn.end()).size(), 20'000U);
  for (const Choice& choice : drawn) EXPECT_NE(choice[0], choice[1]);
}

// Among few combinations, which are listed, and among many, which are not.
TEST(Combinations, FewerDrawnAreTheBeginningOfMore) {
  for (const std::size_t length : {9U, 300U}) {
    const Combinations combinations(Lists(3, texts(length)));
    Draws first(5);
    Draws second(5);
    Draws other(6);
    const auto few = combinations.draw(20, first);
    auto many = combinations.draw(200, second);
    EXPECT_NE(few, combinations.draw(20, other));
    many.resize(20);
    EXPECT_EQ(few, many);
  }
}

TEST(Combinations, AreDrawnAlikeOften) {
  const Combinations combinations({{"a", "b", "c"}, {"a", "b"}});
  std::map<Choice, int> often;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    Draws draws(seed);
    ++often[combinations.draw(1, draws).front()];
  }
  ASSERT_EQ(often.size(), 4U);
  for (const auto& [choice, times] : often) EXPECT_NEAR(times, 1000, 120);
}

}  // namespace
}  // namespace hookflow::pipeline
