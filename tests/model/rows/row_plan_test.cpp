// Which rows of which layer, for given edits and asks: no model is needed.
#include "model/rows/row_plan.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_config.hpp"

namespace hookflow {
namespace {

using testing::config;  // 3 layers of 2 heads
using Rows = std::vector<std::size_t>;
using enum HookKind;

constexpr std::size_t kTokens = 6;
constexpr std::size_t kLast = kTokens - 1;

Asks logits_at(const Positions& positions) {
  return {{{logits, 0}, PositionSet(positions.resolve(kTokens))}};
}

/// A plan of one variant of a prompt of 6 tokens.
struct Planned {
  Variant variant;
  RowPlan plan;

  NeededRows needed;

  explicit Planned(Variant edits, Asks asks = logits_at(Positions::last()), bool asks_scalars = false)
      : variant(std::move(edits)) {
    const Sequence sequence{kTokens, 0, &variant, {}, 0, std::move(asks), asks_scalars};
    needed = NeededRows(config(), sequence, ChangedRows(config(), sequence));
    plan = RowPlan(config(), {sequence});
  }
  [[nodiscard]] Rows made(HookKind kind, std::size_t layer) const { return rows(plan.made({kind, layer})); }
  [[nodiscard]] Rows held(HookKind kind, std::size_t layer) const { return rows(plan.held({kind, layer})); }
  [[nodiscard]] Rows of_clean(HookKind kind, std::size_t layer) const {
    return needed.of_clean[{kind, layer}].positions();
  }
  [[nodiscard]] Rows made(HookKind kind, std::size_t layer, std::size_t head) const {
    return plan.rows(0).made[{kind, layer}].of(head).positions();
  }

 private:
  static Rows rows(const RowLayout& layout) { return {layout.positions().begin(), layout.positions().end()}; }
};

Variant edit(HookKind kind, std::size_t layer, std::optional<std::size_t> head, Positions positions,
             Replacement with = {}) {
  return {{{kind, layer}, head, std::move(positions), std::move(with)}};
}

TEST(RowPlan, ALastPositionIsOneRowOfEachLayer) {
  const Planned planned(edit(z, 1, 1, Positions::last()));
  EXPECT_EQ(planned.plan.first_layer(), 1U);
  EXPECT_EQ(planned.plan.most_rows(), 1U);
  EXPECT_EQ(planned.made(k, 1), Rows{});
  EXPECT_EQ(planned.made(pattern, 1), Rows{});
  for (const HookKind kind : {attn_out, resid_mid, mlp_pre, mlp_out, resid_post})
    EXPECT_EQ(planned.made(kind, 1), Rows{kLast});
  for (const HookKind kind : {q, k, v, pattern, z, attn_out, mlp_out}) {
    EXPECT_EQ(planned.made(kind, 2), Rows{kLast}) << pattern_name(kind);
  }
  EXPECT_EQ(planned.of_clean(z, 1), Rows{kLast});
  EXPECT_EQ(planned.of_clean(resid_pre, 1), Rows{kLast});
  EXPECT_EQ(planned.of_clean(k, 2), (Rows{0, 1, 2, 3, 4}));
  EXPECT_EQ(planned.of_clean(v, 2), (Rows{0, 1, 2, 3, 4}));
  EXPECT_EQ(planned.of_clean(resid_pre, 2), Rows{});
}

TEST(RowPlan, WhatIsEditedIsSeenFromThereOn) {
  const Planned planned(edit(resid_mid, 0, {}, Positions::at({2})));
  EXPECT_EQ(planned.made(mlp_pre, 0), Rows{2});
  EXPECT_EQ(planned.made(k, 1), Rows{2});
  EXPECT_EQ(planned.made(q, 1), Rows{2});
  EXPECT_EQ(planned.held(q, 1), (Rows{2, 3, 4, 5}));  // the others are the clean pass's queries
  EXPECT_EQ(planned.of_clean(q, 1), (Rows{3, 4, 5}));
  EXPECT_EQ(planned.made(attn_out, 1), (Rows{2, 3, 4, 5}));
  EXPECT_EQ(planned.of_clean(resid_pre, 1), (Rows{3, 4, 5}));
  EXPECT_EQ(planned.made(k, 2), (Rows{2, 3, 4, 5}));
  EXPECT_EQ(planned.made(q, 2), Rows{kLast});  // of the last layer what is asked for
  EXPECT_EQ(planned.of_clean(k, 2), (Rows{0, 1}));
}

TEST(RowPlan, WhatNobodyAsksForIsNotComputed) {
  const Planned behind(edit(z, 1, 1, Positions::last()), logits_at(Positions::at({3})));
  EXPECT_EQ(behind.plan.layers(), 0U);
  EXPECT_EQ(behind.of_clean(logits, 0), Rows{3});
  const Planned before(edit(z, 0, 1, Positions::at({1})), logits_at(Positions::at({3})));
  EXPECT_EQ(before.made(k, 2), (Rows{1, 2, 3}));
  EXPECT_EQ(before.made(mlp_out, 1), (Rows{1, 2, 3}));
}

TEST(RowPlan, AHeadKeepsItsRowsWhereAnotherIsEdited) {
  for (const HookKind kind : {k, v}) {
    const Planned planned(edit(kind, 1, 1, Positions::at({2})));
    EXPECT_EQ(planned.made(z, 1, 1), (Rows{2, 3, 4, 5})) << pattern_name(kind);
    EXPECT_EQ(planned.made(z, 1, 0), Rows{}) << pattern_name(kind);
    EXPECT_EQ(planned.made(pattern, 1, 0), Rows{}) << pattern_name(kind);
    EXPECT_EQ(planned.held(z, 1), (Rows{2, 3, 4, 5})) << pattern_name(kind);
  }
  const Planned planned(edit(q, 1, 1, Positions::at({2})));
  EXPECT_EQ(planned.made(z, 1, 1), Rows{2});
}

TEST(RowPlan, TheFirstTokenSeesItselfAloneWhateverItsQuery) {
  const Planned planned(edit(q, 1, 1, Positions::at({0})));
  EXPECT_EQ(planned.plan.layers(), 0U);
}

TEST(RowPlan, AZeroedPatternIsOfItsQueriesAlone) {
  const Planned planned(edit(pattern, 2, 0, Positions::last()));
  EXPECT_FALSE(planned.plan.rows(0).sees_all_keys[2]);
  EXPECT_EQ(planned.made(z, 2, 0), Rows{kLast});
  EXPECT_EQ(planned.made(z, 2, 1), Rows{});
}

// Not causal: the numbers go to keys that were hidden, too.
TEST(RowPlan, APatternThatIsNotZeroedNeedsAllValues) {
  const Planned planned(edit(pattern, 2, 0, Positions::at({1}), Replacement("value", 0.5F)),
                        logits_at(Positions::at({1})));
  EXPECT_TRUE(planned.plan.rows(0).sees_all_keys[2]);
  EXPECT_EQ(planned.of_clean(v, 2), (Rows{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(planned.made(z, 2, 0), Rows{1});
}

Variant masked(std::size_t layer, std::size_t head, Positions queries, std::int64_t key) {
  Variant variant = edit(attn_scores, layer, head, std::move(queries), Replacement("masked"));
  variant.front().keys = Positions::at({key});
  return variant;
}

TEST(RowPlan, AMaskedKeyReachesTheQueriesThatSeeIt) {
  const Planned planned(masked(1, 0, Positions::all(), 2));
  EXPECT_EQ(planned.made(pattern, 1, 0), (Rows{2, 3, 4, 5}));
  EXPECT_EQ(planned.made(pattern, 1, 1), Rows{});
  EXPECT_EQ(planned.made(z, 1, 0), (Rows{2, 3, 4, 5}));
  EXPECT_EQ(planned.made(k, 1), Rows{});
  EXPECT_EQ(planned.of_clean(k, 1), (Rows{0, 1, 2, 3, 4, 5}));
  EXPECT_FALSE(planned.plan.rows(0).sees_all_keys[1]);
  EXPECT_EQ(planned.made(attn_out, 1), (Rows{2, 3, 4, 5}));
}

TEST(RowPlan, AMaskedKeyBehindTheQueryReachesNothing) {
  EXPECT_EQ(Planned(masked(1, 0, Positions::at({2}), 4)).plan.most_rows(), 0U);
}

// Of a query that is edited all other scores are the clean pass's.
TEST(RowPlan, EditedScoresAreHeldBesideCleanOnes) {
  const Planned planned(masked(1, 0, Positions::last(), 2),
                        {{{attn_scores, 1}, PositionSet::range(0, kTokens)}});
  EXPECT_EQ(planned.held(attn_scores, 1), Rows{kLast});
  EXPECT_EQ(planned.made(attn_scores, 1), Rows{kLast});
  EXPECT_EQ(planned.of_clean(attn_scores, 1), (Rows{0, 1, 2, 3, 4, 5}));
}

TEST(RowPlan, APatternThatIsEditedAtSomeKeysHasItsOtherWeightsOfTheCleanPass) {
  const Asks asks = {{{pattern, 1}, PositionSet::range(0, kTokens)}};
  Variant variant = edit(pattern, 1, 0, Positions::last());
  EXPECT_EQ(Planned(variant, asks).of_clean(pattern, 1), (Rows{0, 1, 2, 3, 4, 5}));  // the other head's
  EXPECT_EQ(Planned(edit(pattern, 1, {}, Positions::last()), asks).of_clean(pattern, 1),
            (Rows{0, 1, 2, 3, 4}));
  variant = edit(pattern, 1, {}, Positions::last());
  variant.front().keys = Positions::at({1});
  EXPECT_EQ(Planned(variant, asks).of_clean(pattern, 1), (Rows{0, 1, 2, 3, 4, 5}));
}

// Not causal: raw scores are there for keys behind the query.
TEST(RowPlan, RawScoresNeedAllKeys) {
  const Planned planned(edit(k, 1, 0, Positions::at({3})), {{{scores_raw, 1}, PositionSet::range(0, 3)}});
  EXPECT_TRUE(planned.plan.rows(0).sees_all_keys[1]);
  EXPECT_EQ(planned.made(pattern, 1, 0), (Rows{0, 1, 2}));
  EXPECT_EQ(planned.held(scores_raw, 1), (Rows{0, 1, 2}));
  EXPECT_EQ(planned.made(z, 1, 0), Rows{});
  EXPECT_EQ(planned.of_clean(k, 1), (Rows{0, 1, 2, 3, 4, 5}));  // 3 to be edited in one head
}

TEST(RowPlan, AMeanOverPositionsReadsThemAll) {
  const Planned planned(edit(mlp_out, 2, {}, Positions::last(), Replacement("mean", "positions")));
  EXPECT_EQ(planned.held(mlp_out, 2), Rows{kLast});
  EXPECT_EQ(planned.of_clean(mlp_out, 2), (Rows{0, 1, 2, 3, 4, 5}));
  // An edit below reaches what the mean is of, which therefore is computed in the last layer, too.
  Variant both = edit(mlp_out, 2, {}, Positions::last(), Replacement("mean", "positions"));
  both.push_back(edit(z, 1, 0, Positions::at({3}))[0]);
  EXPECT_EQ(Planned(both).made(mlp_out, 2), (Rows{3, 4, 5}));
}

TEST(RowPlan, AMeanThatNobodyNeedsReadsNothing) {
  // The last layer's edit is behind what is asked for; then before it, at other positions.
  const Variant variant = edit(mlp_out, 2, {}, Positions::at({1}), Replacement("mean", "positions"));
  const Asks below = {{{resid_post, 1}, PositionSet(Positions::all().resolve(kTokens))}};
  for (const Asks& asks : {below, logits_at(Positions::last())}) {
    const Planned planned(variant, asks);
    EXPECT_EQ(planned.of_clean(mlp_out, 2), Rows{});
    EXPECT_EQ(planned.plan.most_rows(), 0U);
    // ... unless for its number.
    EXPECT_EQ(Planned(variant, asks, true).of_clean(mlp_out, 2), (Rows{0, 1, 2, 3, 4, 5}));
  }
}

TEST(RowPlan, AMeanMayNeedAnother) {
  // The pattern reads values 0 to 4 of head 1 alone; their mean is of all, so the last one's edit is held,
  // too.
  Variant variant = edit(v, 1, 1, Positions::at({4}), Replacement("mean", "positions"));
  variant.push_back(edit(v, 1, 1, Positions::at({5}), Replacement("add", std::vector<float>(4)))[0]);
  variant.push_back(edit(k, 1, 0, Positions::at({5}), Replacement("mean", "positions"))[0]);
  const Asks asks = {{{z, 1}, PositionSet(Positions::at({4}).resolve(kTokens))}};
  const Planned planned(variant, asks);
  EXPECT_EQ(planned.held(v, 1), (Rows{4, 5}));
  EXPECT_EQ(planned.of_clean(v, 1), (Rows{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(planned.of_clean(k, 1), (Rows{0, 1, 2, 3, 4, 5}));
}

TEST(RowPlan, AMeanOfAPatternTakesAllItsQueries) {
  const Planned planned(edit(pattern, 1, 1, Positions::at({4}), Replacement("mean", "head")));
  EXPECT_EQ(planned.made(pattern, 1, 1), (Rows{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(planned.made(z, 1, 1), Rows{4});
  EXPECT_EQ(planned.held(z, 1), Rows{4});
}

TEST(RowPlan, SeveralEditsAreTheirUnion) {
  Variant variant = edit(z, 0, 1, Positions::at({4}));
  variant.push_back(edit(resid_pre, 1, {}, Positions::at({2}))[0]);
  const Planned planned(variant);
  EXPECT_EQ(planned.made(mlp_out, 0), Rows{4});
  EXPECT_EQ(planned.held(resid_pre, 1), (Rows{2, 4}));
  EXPECT_EQ(planned.of_clean(resid_pre, 1), (Rows{2, 3, 5}));  // 2 to be edited, the others to be added to
  EXPECT_EQ(planned.made(attn_out, 1), (Rows{2, 3, 4, 5}));
}

TEST(RowPlan, ACleanPassComputesAllButWhatTheLastLayerIsNotAskedFor) {
  const RowPlan plan(config(), {{kTokens, 0, nullptr, {}, 0, logits_at(Positions::last())}});
  EXPECT_EQ(plan.made({mlp_out, 1}).rows(), kTokens);
  EXPECT_EQ(plan.made({k, 2}).rows(), kTokens);
  EXPECT_EQ(plan.made({q, 2}).rows(), 1U);
  EXPECT_EQ(plan.made({mlp_out, 2}).rows(), 1U);
  EXPECT_EQ(plan.layers(), 3U);
}

TEST(RowPlan, APromptHoldsWhatComesBehindItsParent) {
  // The parent is asked for nothing but what its child reads.
  const RowPlan plan(config(),
                     {{3, 0, nullptr, {}, 0, {}},
                      {kTokens, 1, nullptr, 0, 2, {{{resid_post, 2}, PositionSet::range(0, kTokens)}}}});
  const auto rows = [&](HookKind kind, std::size_t layer, std::size_t sequence) {
    const auto positions = plan.held({kind, layer}).positions(sequence);
    return Rows(positions.begin(), positions.end());
  };
  EXPECT_EQ(rows(k, 1, 0), (Rows{0, 1}));
  EXPECT_EQ(rows(resid_post, 2, 0), (Rows{0, 1}));
  EXPECT_EQ(rows(k, 1, 1), (Rows{2, 3, 4, 5}));
  EXPECT_EQ(plan.holder(1, {k, 1}, 0, 1), 0U);
  EXPECT_EQ(plan.holder(1, {k, 1}, 0, 2), 1U);
}

TEST(RowPlan, AVariantReadsItsParentWhereThatIsChangedAndElseTheCleanPass) {
  const Variant variant = edit(z, 0, 1, Positions::at({1}));
  const Asks asks = logits_at(Positions::last());
  const RowPlan plan(config(), {{kTokens, 0, &variant, {}, 0, asks}, {kTokens, 1, &variant, 0, 4, asks}});
  EXPECT_EQ(plan.holder(1, {k, 1}, 0, 0), std::nullopt);
  EXPECT_EQ(plan.holder(1, {k, 1}, 0, 1), 0U);
  EXPECT_EQ(plan.holder(1, {k, 2}, 0, 3), 0U);
  EXPECT_EQ(plan.holder(1, {k, 2}, 0, 4), 1U);
}

// What a pass keeps is what is asked of it, however much its sequences read of each other while it runs.
TEST(RowPlan, AParentIsAskedForTheRowsOfItsOwnThatAChildIsAskedFor) {
  const Asks of_parent = logits_at(Positions::last());
  Asks of_child = of_parent;
  of_child[{k, 1}] = PositionSet::range(0, kTokens);
  const RowPlan plan(config(),
                     {{kTokens, 0, nullptr, {}, 0, of_parent}, {kTokens, 1, nullptr, 0, 4, of_child}});
  const HookPoint keys{k, 1};
  const HookPoint values{v, 1};
  EXPECT_EQ(plan.sequence(0).asks.at(keys).positions(), (Rows{0, 1, 2, 3}));
  EXPECT_FALSE(plan.sequence(0).asks.contains(values));
  EXPECT_TRUE(plan.is_shared(values));
}

}  // namespace
}  // namespace hookflow
