#include "pipeline/compare/agreement.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/compare/ranking.hpp"

namespace hookflow::pipeline {
namespace {

using Values = std::vector<std::pair<double, double>>;

const double kNone = std::nan("");
constexpr double kEndless = std::numeric_limits<double>::infinity();

template <class Into>
Into& add_all(Into& into, const Values& values) {
  for (std::size_t cell = 0; cell < values.size(); ++cell)
    into.add({cell, values[cell].first, values[cell].second});
  return into;
}

Agreement agreement_of(const Values& values) {
  Agreement agreement;
  return add_all(agreement, values);
}

TEST(Agreement, CountsWhatHasValues) {
  const Agreement found =
      agreement_of({{1, kNone}, {kNone, 2}, {kNone, kNone}, {3, 3}, {kEndless, 1}, {kEndless, kEndless}});
  EXPECT_EQ(found.first_only(), 1U);
  EXPECT_EQ(found.second_only(), 1U);
  EXPECT_EQ(found.both(), 3U);
  EXPECT_EQ(found.equal(), 2U);
  EXPECT_EQ(found.infinite(), 2U);
  EXPECT_TRUE(found.farthest().empty()) << "a difference that is infinite is no largest one";
}

TEST(Agreement, CorrelatesFiniteValues) {
  // numpy.corrcoef([1, 2, 3, 5], [2, 1, 4, 3])
  EXPECT_NEAR(agreement_of({{1, 2}, {2, 1}, {3, 4}, {kEndless, 9}, {5, 3}}).correlation(), 0.5291502622129182,
              1e-12);
  EXPECT_DOUBLE_EQ(agreement_of({{1e9 + 1, -1}, {1e9 + 2, -2}, {1e9 + 3, -3}}).correlation(), -1);
  EXPECT_TRUE(std::isnan(agreement_of({{0.1, 1}, {0.1, 2}, {0.1, 3}}).correlation()))
      << "all of one side alike";
  EXPECT_TRUE(std::isnan(agreement_of({{1, 1}}).correlation()));
  EXPECT_TRUE(std::isnan(agreement_of({}).mean_absolute_difference()));
  EXPECT_DOUBLE_EQ(agreement_of({{1, 2}, {4, 1}}).mean_absolute_difference(), 2);
}

TEST(Agreement, KeepsTheLargestOfAny) {
  Values values;
  for (int i = 0; i < 1000; ++i) values.emplace_back(0, i % 500);
  const std::vector<CellPair> farthest = agreement_of(values).farthest();
  ASSERT_EQ(farthest.size(), LargestPairs::kMost);
  EXPECT_EQ(farthest[0].cell, 499U) << "the first of equals";
  EXPECT_EQ(farthest[1].cell, 999U);
  EXPECT_EQ(farthest[9].second, 495);
}

TEST(Agreement, KnowsYesAndNo) {
  const Agreement found = agreement_of({{0, 1}, {1, 0}, {0, 1}, {1, 1}});
  EXPECT_TRUE(found.is_yes_or_no());
  EXPECT_EQ(found.raised(), 2U);
  EXPECT_EQ(found.lowered(), 1U);
  EXPECT_FALSE(agreement_of({{0, 2}}).is_yes_or_no());
  EXPECT_FALSE(agreement_of({}).is_yes_or_no());
}

TEST(Ranking, CountsLargerMagnitudes) {
  Values values;
  for (int i = 1; i <= 20; ++i) values.emplace_back(-i, i == 20 ? 0.5 : i);
  values.emplace_back(0, 0);
  const Agreement agreement = agreement_of(values);
  Ranking ranking(agreement);
  add_all(ranking, values);
  EXPECT_EQ(ranking.most(), 10U);
  EXPECT_EQ(ranking.in_common(), 9U);
  const std::vector<RankedPair> changes = ranking.changes();
  ASSERT_EQ(changes.size(), 11U);
  EXPECT_EQ(changes[0].pair.cell, 19U);
  EXPECT_EQ(changes[0].first_rank, 1U);
  EXPECT_EQ(changes[0].second_rank, 20U);
  EXPECT_EQ(changes[1].change(), 1U);
}

TEST(Ranking, GivesEqualMagnitudesOneRank) {
  const Values values = {{1, -2}, {-1, 2}, {3, 1}};
  Ranking ranking(agreement_of(values));
  add_all(ranking, values);
  ASSERT_EQ(ranking.changes().size(), 3U);
  EXPECT_EQ(ranking.changes()[0].pair.cell, 2U);
  EXPECT_EQ(ranking.changes()[0].second_rank, 3U);
  EXPECT_EQ(ranking.changes()[1].first_rank, 2U);
  EXPECT_EQ(ranking.changes()[2].first_rank, 2U);
}

}  // namespace
}  // namespace hookflow::pipeline
