// How a run is cut into shares, and that shares come to the bits of the whole run.
#include "pipeline/shards/cut.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "pipeline/shards/share_layout.hpp"
#include "tests/support/toy_run.hpp"

namespace hookflow::testing_support {
namespace {

std::vector<double> works(const std::vector<std::vector<Piece>>& shares) {
  std::vector<double> all;
  for (const std::vector<Piece>& share : shares) {
    double sum = 0;
    for (const Piece& piece : share) sum += piece.work;
    all.push_back(sum);
  }
  return all;
}

double longest_to_mean(const std::vector<std::vector<Piece>>& shares) {
  const std::vector<double> all = works(shares);
  return *std::ranges::max_element(all) * static_cast<double>(all.size()) /
         std::accumulate(all.begin(), all.end(), 0.0);
}

/// How many shares have each part of each prompt.
std::vector<std::vector<int>> owners(const Plan& plan, const std::vector<ShareLayout>& shares) {
  std::vector<std::vector<int>> count;
  for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane) {
    const std::size_t parts = plan.lanes[lane].parts;
    count.emplace_back(plan.prompts.size() * parts);
    for (const ShareLayout& share : shares)
      for (std::size_t cell = 0; cell < share.prompts.size() * parts; ++cell)
        if (share.own[lane].empty() || share.own[lane][cell])
          ++count[lane][share.prompts[cell / parts] * parts + cell % parts];
  }
  return count;
}

TEST(Cut, DealsManyBatchesOutWholeAndEvenly) {
  const PlannedRun planned = toy_plan(300);  // 100 batches
  const Phase phase = phase_of(planned.plan, 0);
  for (const std::size_t shares : {1U, 2U, 7U, 8U}) {
    const auto cut = cut_phase(phase, shares);
    ASSERT_EQ(cut.size(), shares);
    EXPECT_LE(longest_to_mean(cut), 1.1);
    std::multiset<std::size_t> batches;
    for (const auto& share : cut)
      for (const Piece& piece : share) {
        EXPECT_TRUE(piece.whole);
        batches.insert(piece.batch);
      }
    EXPECT_EQ(batches.size(), 100U);
    EXPECT_EQ(std::set(batches.begin(), batches.end()).size(), 100U);
  }
}

TEST(Cut, GivesEveryPartToOneShareAndPromptsTheirOwnResults) {
  for (const std::size_t shares : {1U, 3U, 5U, 40U}) {
    const PlannedRun planned = toy_plan(12);  // 4 batches, each with 2 parts of variants
    const auto layouts = share_layouts(phase_of(planned.plan, 0), shares);
    const auto count = owners(planned.plan, layouts);
    EXPECT_TRUE(std::ranges::all_of(count[0], [](int owners) { return owners >= 1; })) << shares;
    EXPECT_TRUE(std::ranges::all_of(count[1], [](int owners) { return owners == 1; })) << shares;
    EXPECT_EQ(layouts, share_layouts(phase_of(planned.plan, 0), shares)) << "it depends on the plan alone";
  }
}

TEST(Cut, CutsAsFewBatchesAsMakeItEven) {
  const PlannedRun planned = toy_plan(9, R"(
  numbers: {stage: toy.source}
  thirds: {stage: toy.map, in: numbers}
  variants: {stage: toy.expand, in: thirds, variants: 60, part: 1}
  xs: {stage: toy.rows, in: variants}
)",
                                      "[xs]");  // three equal batches
  const auto cut = cut_phase(phase_of(planned.plan, 0), 2);
  EXPECT_LE(longest_to_mean(cut), 1.1);
  std::size_t whole = 0;
  for (const auto& share : cut)
    whole += static_cast<std::size_t>(std::ranges::count(share, true, &Piece::whole));
  EXPECT_EQ(whole, 2U);
}

TEST(Cut, LeavesSharesWithoutWorkEmpty) {
  const PlannedRun planned = toy_plan(3);  // one batch of two parts
  const auto layouts = share_layouts(phase_of(planned.plan, 0), 5);
  std::size_t empty = 0;
  for (const ShareLayout& share : layouts) empty += share.prompts.empty() ? 1 : 0;
  EXPECT_EQ(empty, 3U);
}

/// What the toy stages give depends on what is run together: a share that ran less would have other bits.
TEST(Shares, HaveTheBitsOfTheWholeRun) {
  for (const std::size_t shares : {2U, 3U, 5U}) {
    ToyRun whole(toy_plan(13));
    whole.run();
    const std::vector<double> xs = whole.values("xs", "x");
    const std::size_t row = xs.size() / 13;
    std::vector<double> found(xs.size(), -1);
    for (std::size_t number = 1; number <= shares; ++number) {
      PlannedRun planned = toy_plan(13);
      EXPECT_EQ(take_share(planned, {number, shares}, 0), "");
      const ShareLayout share = *planned.layout.share;
      if (share.prompts.empty()) continue;
      ToyRun run(std::move(planned));
      run.run();
      run.reopen();
      EXPECT_TRUE(run.store->all_done());
      const std::vector<double> own = run.store->read_rows("xs", "x", 0, share.prompts.size());
      const std::vector<PartState> states = run.store->states(1);
      for (std::size_t i = 0; i < share.prompts.size(); ++i)
        for (std::size_t cell = 0; cell < row; ++cell)
          if (states[share.prompts[i] * 2 + (cell >= 3 ? 1 : 0)] == PartState::done)
            found[share.prompts[i] * row + cell] = own[i * row + cell];
    }
    EXPECT_EQ(found, xs) << shares;
  }
}

}  // namespace
}  // namespace hookflow::testing_support
