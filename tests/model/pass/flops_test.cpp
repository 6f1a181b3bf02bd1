#include <gtest/gtest.h>

#include "model/pass/cost.hpp"
#include "model/rows/row_plan.hpp"
#include "tests/support/small_config.hpp"

namespace hookflow {
namespace {

using testing::config;

constexpr double kTokens = 5;
constexpr double kEmbed = 2 * 8 * 11;  // logits of one position

// A layer by the shapes of its products, of so many rows: (rows, 8) x (8, 8) for q, (rows, 8) x (8, 16) for k
// and v, for each pair of a query and a key that it sees 2 heads of 4 twice, (rows, 8) x (8, 8), (rows, 8) x
// (8, 20), (rows, 20) x (20, 8).
double query(double rows) { return 2 * rows * 8 * 8; }
double key_value(double rows) { return 2 * rows * 8 * 16; }
double attention(double pairs) { return 2 * 2 * pairs * 2 * 4; }
double projection(double rows) { return 2 * rows * 8 * 8; }
double mlp_in(double rows) { return 2 * rows * 8 * 20; }
double mlp_out(double rows) { return 2 * rows * 20 * 8; }
double mlp(double rows) { return mlp_in(rows) + mlp_out(rows); }
double layer(double rows, double pairs) {
  return query(rows) + key_value(rows) + attention(pairs) + projection(rows) + mlp(rows);
}
constexpr double kAllPairs = 15;  // 1 + 2 + 3 + 4 + 5

Asks last_logits() { return {{{HookKind::logits, 0}, PositionSet::range(4, 5)}}; }

double flops_of(const Variant* variant, Asks asks = last_logits()) {
  const RowPlan plan(config(), {{kTokens, 0, variant, {}, 0, std::move(asks)}});
  return PassCost(config(), plan).flops();
}
double flops_from(HookKind kind, std::size_t at_layer, const Positions& positions) {
  const Variant variant = {{{kind, at_layer}, {}, positions, Replacement()}};
  return flops_of(&variant);
}

/// The last layer: keys and values of every row that is another, the rest of the last position.
double last_layer(double rows) {
  return query(1) + key_value(rows) + attention(5) + projection(1) + mlp(1) + kEmbed;
}

TEST(Flops, OfACleanPass) {
  EXPECT_EQ(flops_of(nullptr), 2 * layer(5, kAllPairs) + last_layer(5));
  EXPECT_EQ(flops_of(nullptr, {{{HookKind::logits, 0}, PositionSet::range(0, 5)}}),
            3 * layer(5, kAllPairs) + 5 * kEmbed);
  EXPECT_EQ(flops_of(nullptr, {{{HookKind::resid_post, 1}, PositionSet::range(0, 5)}}),
            2 * layer(5, kAllPairs));
}

TEST(Flops, OfAnEditOfAllPositionsAreThoseBehindIt) {
  const auto all = Positions::all();
  const double above = last_layer(5);
  EXPECT_EQ(flops_from(HookKind::resid_pre, 1, all), layer(5, kAllPairs) + above);
  // The first token's pattern stays as it is, whatever its query.
  EXPECT_EQ(flops_from(HookKind::q, 1, all), attention(14) + projection(4) + mlp(4) + last_layer(4));
  for (const HookKind kind : {HookKind::v, HookKind::pattern})
    EXPECT_EQ(flops_from(kind, 1, all), attention(kAllPairs) + projection(5) + mlp(5) + above);
  EXPECT_EQ(flops_from(HookKind::z, 1, all), projection(5) + mlp(5) + above);
  EXPECT_EQ(flops_from(HookKind::attn_out, 1, all), mlp(5) + above);
  EXPECT_EQ(flops_from(HookKind::resid_mid, 1, all), mlp(5) + above);
  EXPECT_EQ(flops_from(HookKind::mlp_post, 1, all), mlp_out(5) + above);
  EXPECT_EQ(flops_from(HookKind::mlp_out, 1, all), above);
  EXPECT_EQ(flops_from(HookKind::resid_post, 1, all), above);
}

TEST(Flops, OfAnEditOfTheLastPositionAreThoseOfOneRow) {
  EXPECT_EQ(flops_from(HookKind::z, 0, Positions::last()),
            projection(1) + mlp(1) + layer(1, 5) + last_layer(1));
  EXPECT_EQ(flops_from(HookKind::z, 2, Positions::last()), projection(1) + mlp(1) + kEmbed);
}

TEST(Flops, OfAnEditInTheMiddleAreThoseFromItOn) {
  // One row of keys, three of what sees it.
  EXPECT_EQ(flops_from(HookKind::resid_pre, 1, Positions::at({2})),
            query(1) + key_value(1) + attention(3 + 4 + 5) + projection(3) + mlp(3) + last_layer(3));
  EXPECT_EQ(flops_from(HookKind::resid_post, 2, Positions::at({2})), 0);
}

}  // namespace
}  // namespace hookflow
