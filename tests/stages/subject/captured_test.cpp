#include "stages/subject/captured.hpp"

#include <limits>
#include <memory>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "model/rows/position_set.hpp"
#include "pipeline/error.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow::stages {
namespace {

using testing_support::names;
using testing_support::refusal;
using Row = std::vector<float>;

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinite = std::numeric_limits<float>::infinity();

/// What a pass of 5 tokens kept at a place: values count up from 0 through positions, heads and dimensions.
struct Kept {
  HookPoint place;
  Positions positions;
  std::shared_ptr<Row> values = std::make_shared<Row>();
  PassResult result;

  Kept(HookKind kind, std::size_t heads, std::size_t width, Positions kept)
      : place{kind, 1}, positions(std::move(kept)) {
    CapturedRows captured(PositionSet(positions.resolve(5)).positions(), heads);
    values->resize(captured.positions().size() * heads * width);
    std::iota(values->begin(), values->end(), 0.0F);
    for (std::size_t row = 0; row < captured.positions().size() * heads; ++row)
      captured.add(std::span(*values).subspan(row * width, width), values);
    result.captured.emplace(place, std::move(captured));
  }
  /// Why the row cannot be read.
  [[nodiscard]] std::string refused(std::size_t position, std::size_t head = 0) const {
    return refusal<pipeline::PromptFailure>([&] { (void)row(position, head); });
  }
  [[nodiscard]] PassView view() const { return {result, 5}; }
  [[nodiscard]] Row row(std::size_t position, std::size_t head = 0) const {
    const auto found = Captured(view(), place, {positions}).row(position, head);
    return {found.begin(), found.end()};
  }
};

TEST(Captured, PicksPositionsOfVectors) {
  const Kept kept(HookKind::resid_post, 1, 2, Positions::at({4, 0, 2}));
  EXPECT_EQ(kept.row(0), (Row{0, 1}));
  EXPECT_EQ(kept.row(2), (Row{2, 3}));
  EXPECT_EQ(kept.row(4), (Row{4, 5}));
}

TEST(Captured, PicksPositionsAndHeads) {
  const Kept kept(HookKind::q, 3, 2, Positions::slice(1, {}));
  EXPECT_EQ(kept.row(1, 0), (Row{0, 1}));
  EXPECT_EQ(kept.row(1, 2), (Row{4, 5}));
  EXPECT_EQ(kept.row(3, 1), (Row{14, 15}));
}

TEST(Captured, PicksQueriesOfSquares) {
  const Kept kept(HookKind::pattern, 3, 5, Positions::at({4, 1}));
  EXPECT_EQ(kept.row(1, 2), (Row{10, 11, 12, 13, 14}));
  EXPECT_EQ(kept.row(4, 0), (Row{15, 16, 17, 18, 19}));
}

TEST(Captured, WhatWasNotKeptIsOurBug) {
  const Kept kept(HookKind::q, 3, 2, Positions::slice(1, {}));
  EXPECT_THROW((void)kept.row(0, 2), std::logic_error);
  EXPECT_THROW((void)kept.row(1, 3), std::logic_error);
  EXPECT_THROW((void)kept.row(5, 0), std::logic_error);
  EXPECT_THROW(Captured(kept.view(), {HookKind::k, 1}, {Positions::all()}), std::logic_error);
}

TEST(Captured, GivesWhatIsWantedOfWhatIsKept) {
  const Kept kept(HookKind::resid_post, 1, 2, Positions::all());
  const Captured last(kept.view(), kept.place, {Positions::last()});
  EXPECT_EQ(last.row(4)[0], 8);
  EXPECT_THROW((void)last.row(3), std::logic_error);
  const Captured ends(kept.view(), kept.place, {Positions::last(), Positions::at({0})});
  EXPECT_EQ(ends.row(0)[0], 0);
  EXPECT_EQ(ends.row(4)[0], 8);
  EXPECT_THROW((void)ends.row(3), std::logic_error);
}

TEST(Captured, WhatIsNotFiniteIsRefusedWithItsPlace) {
  const Kept kept(HookKind::q, 3, 2, Positions::all());
  (*kept.values)[2 * 6 + 1 * 2 + 1] = kNone;
  EXPECT_TRUE(names(kept.refused(2, 1), {"blocks.1.attn.hook_q[1] at position 2, dimension 1 is not a number",
                                         "must be finite"}));
  EXPECT_EQ(kept.row(2, 0), (Row{12, 13}));
  for (const float infinite : {kInfinite, -kInfinite}) {
    const Kept whole(HookKind::resid_post, 1, 2, Positions::all());
    (*whole.values)[8] = infinite;
    EXPECT_TRUE(names(whole.refused(4), {"blocks.1.hook_resid_post at position 4, dimension 0", "infini"}));
    EXPECT_EQ(whole.row(3), (Row{6, 7}));
  }
}

TEST(Captured, ScoresOfKeysThatAreHiddenAreMinusInfinity) {
  const Kept kept(HookKind::attn_scores, 1, 5, Positions::all());
  for (std::size_t key = 3; key < 5; ++key) (*kept.values)[2 * 5 + key] = -kInfinite;
  EXPECT_EQ(kept.row(2), (Row{10, 11, 12, -kInfinite, -kInfinite}));
  (*kept.values)[2 * 5 + 1] = -kInfinite;  // by an edit
  EXPECT_EQ(kept.row(2), (Row{10, -kInfinite, 12, -kInfinite, -kInfinite}));
  for (const float wrong : {kInfinite, kNone}) {
    (*kept.values)[2 * 5 + 2] = wrong;
    EXPECT_TRUE(names(kept.refused(2), {"blocks.1.attn.hook_attn_scores[0] at position 2, key 2"}));
  }
  const Kept raw(HookKind::scores_raw, 1, 5, Positions::all());
  (*raw.values)[2 * 5 + 4] = -kInfinite;
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
