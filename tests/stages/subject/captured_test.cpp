#include "stages/subject/captured.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow::stages {
namespace {

using testing_support::names;
using testing_support::refusal;
using Row = std::vector<float>;

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinite = std::numeric_limits<float>::infinity();

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
  /// Why the row cannot be read.
  [[nodiscard]] std::string refused(std::size_t position, std::size_t head = 0) const {
    return refusal<pipeline::PromptFailure>([&] { (void)row(position, head); });
  }
  std::vector<float>& values() { return result.captured[place].values; }
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

TEST(Captured, WhatIsNotFiniteIsRefusedWithItsPlace) {
  Kept kept(HookKind::q, {5, 3, 2}, Positions::all());
  kept.values()[2 * 6 + 1 * 2 + 1] = kNone;
  EXPECT_TRUE(names(kept.refused(2, 1), {"blocks.1.attn.hook_q[1] at position 2, dimension 1 is not a number",
                                         "must be finite"}));
  EXPECT_EQ(kept.row(2, 0), (Row{12, 13}));
  for (const float infinite : {kInfinite, -kInfinite}) {
    Kept whole(HookKind::resid_post, {5, 2}, Positions::all());
    whole.values()[8] = infinite;
    EXPECT_TRUE(names(whole.refused(4), {"blocks.1.hook_resid_post at position 4, dimension 0", "infini"}));
    EXPECT_EQ(whole.row(3), (Row{6, 7}));
  }
}

TEST(Captured, ScoresBehindTheQueryMayBeMinusInfinity) {
  Kept kept(HookKind::attn_scores, {1, 5, 5}, Positions::all());
  for (std::size_t key = 3; key < 5; ++key) kept.values()[2 * 5 + key] = -kInfinite;
  EXPECT_EQ(kept.row(2), (Row{10, 11, 12, -kInfinite, -kInfinite}));
  kept.values()[2 * 5 + 2] = -kInfinite;
  EXPECT_TRUE(names(kept.refused(2), {"blocks.1.attn.hook_attn_scores[0] at position 2, key 2"}));
  Kept raw(HookKind::scores_raw, {1, 5, 5}, Positions::all());
  raw.values()[2 * 5 + 4] = -kInfinite;
  EXPECT_TRUE(names(raw.refused(2), {"hook_scores_raw[0] at position 2, key 4 is minus infinity"}));
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
