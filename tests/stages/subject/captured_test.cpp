#include "stages/subject/captured.hpp"

#include <gtest/gtest.h>

namespace hookflow::stages {
namespace {

using Row = std::vector<float>;

/// What a pass kept at a place: values count up from 0.
struct Kept {
  HookPoint place;
  ForwardPlan plan;
  PassResult result;

  Kept(HookKind kind, std::vector<std::size_t> shape, Positions positions,
       std::vector<std::size_t> heads = {})
      : place{kind, 1} {
    plan.captures.push_back({place, std::move(heads), std::move(positions)});
    Tensor tensor(std::move(shape));
    for (std::size_t i = 0; i < tensor.values.size(); ++i) tensor.values[i] = static_cast<float>(i);
    result.captured[place] = std::move(tensor);
  }
  [[nodiscard]] PassView view() const { return {result, plan, 5}; }
  [[nodiscard]] Row row(std::size_t position, std::size_t head = 0) const {
    const auto values = Captured(view(), place, plan.captures[0].positions).row(position, head);
    return {values.begin(), values.end()};
  }
};

TEST(Captured, PicksPositionsOfVectors) {
  const Kept kept(HookKind::resid_post, {3, 2}, Positions::at({4, 0, 2}));
  EXPECT_EQ(kept.row(4), (Row{0, 1}));
  EXPECT_EQ(kept.row(0), (Row{2, 3}));
  EXPECT_EQ(kept.row(2), (Row{4, 5}));
}

TEST(Captured, PicksPositionsAndHeads) {
  const Kept kept(HookKind::q, {4, 3, 2}, Positions::slice(1, {}));
  EXPECT_EQ(kept.row(1, 0), (Row{0, 1}));
  EXPECT_EQ(kept.row(1, 2), (Row{4, 5}));
  EXPECT_EQ(kept.row(3, 1), (Row{14, 15}));
  const Kept some(HookKind::q, {5, 2, 1}, Positions::all(), {2, 0});
  EXPECT_EQ(some.row(1, 2), (Row{2}));
  EXPECT_EQ(some.row(1, 0), (Row{3}));
}

TEST(Captured, PicksQueriesOfSquares) {
  const Kept kept(HookKind::pattern, {3, 2, 5}, Positions::at({4, 1}));
  EXPECT_EQ(kept.row(4, 0), (Row{0, 1, 2, 3, 4}));
  EXPECT_EQ(kept.row(1, 2), (Row{25, 26, 27, 28, 29}));
}

TEST(Captured, WhatWasNotKeptIsOurBug) {
  const Kept kept(HookKind::q, {4, 1, 2}, Positions::slice(1, {}), {2});
  EXPECT_THROW((void)kept.row(0, 2), std::logic_error);
  EXPECT_THROW((void)kept.row(1, 0), std::logic_error);
  EXPECT_THROW(Captured(kept.view(), {HookKind::k, 1}, Positions::all()), std::logic_error);
}

TEST(Captured, GivesWhatIsWantedOfWhatIsKept) {
  const Kept kept(HookKind::resid_post, {5, 2}, Positions::all());
  const Captured last(kept.view(), kept.place, Positions::last());
  EXPECT_EQ(last.row(4)[0], 8);
  EXPECT_THROW((void)last.row(3), std::logic_error);
}

TEST(Captured, SquaresAreThePlacesOfQueriesAndKeys) {
  std::vector<HookKind> squares;
  for (const HookKind kind : all_hook_kinds()) {
    if (is_square(kind)) squares.push_back(kind);
  }
  EXPECT_EQ(squares, (std::vector<HookKind>{HookKind::scores_raw, HookKind::attn_scores, HookKind::pattern}));
}

}  // namespace
}  // namespace hookflow::stages
