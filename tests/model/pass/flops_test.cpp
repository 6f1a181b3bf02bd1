#include <gtest/gtest.h>

#include "model/pass/cost.hpp"
#include "tests/support/small_config.hpp"

namespace hookflow {
namespace {

using testing::config;

constexpr double kTokens = 5;
constexpr double kEmbed = 2 * 8 * 11;  // logits of one position

/// One layer whose residual stream goes on at `rows` of the prompt's 5 positions, by the shapes of its
/// products: (rows, 8) x (8, 8) for q, (5, 8) x (8, 16) for k and v, 2 heads of (rows, 4) x (4, 5) and of
/// (rows, 5) x (5, 4), (rows, 8) x (8, 8), (rows, 8) x (8, 20), (rows, 20) x (20, 8).
double query(double rows) { return 2 * rows * 8 * 8; }
double key_value() { return 2 * kTokens * 8 * 16; }
double attention(double rows) { return 2 * (2 * rows * 4 * kTokens + 2 * rows * kTokens * 4); }
double projection(double rows) { return 2 * rows * 8 * 8; }
double mlp_in(double rows) { return 2 * rows * 8 * 20; }
double mlp_out(double rows) { return 2 * rows * 20 * 8; }
double layer(double rows) {
  return query(rows) + key_value() + attention(rows) + projection(rows) + mlp_in(rows) + mlp_out(rows);
}

ForwardPlan last_logits() {
  ForwardPlan plan;
  plan.logits = Positions::last();
  return plan;
}

double flops_from(HookKind kind, std::size_t at_layer, const ForwardPlan& plan = last_logits()) {
  return pass_flops(config(), 5, {kind, at_layer}, plan);
}

TEST(Flops, WholePassWithLastLogits) {
  EXPECT_EQ(flops_from(HookKind::embed, 0), 2 * layer(5) + layer(1) + kEmbed);
}

TEST(Flops, WholePassWithAllLogits) {
  ForwardPlan plan;
  plan.logits = Positions::all();
  EXPECT_EQ(flops_from(HookKind::embed, 0, plan), 3 * layer(5) + 5 * kEmbed);
}

TEST(Flops, CapturesNeedEveryRowOfTheLastLayer) {
  ForwardPlan plan = last_logits();
  plan.captures = {{{HookKind::resid_post, 2}, {}, Positions::all()}};
  EXPECT_EQ(flops_from(HookKind::embed, 0, plan), 3 * layer(5) + kEmbed);
}

TEST(Flops, VariantStartsAtItsEdit) {
  const double above = layer(1) + kEmbed;  // layer 2
  const double mlp = mlp_in(5) + mlp_out(5);
  EXPECT_EQ(flops_from(HookKind::resid_pre, 1), layer(5) + above);
  for (const HookKind kind : {HookKind::q, HookKind::k, HookKind::v, HookKind::pattern}) {
    EXPECT_EQ(flops_from(kind, 1), attention(5) + projection(5) + mlp + above);
  }
  EXPECT_EQ(flops_from(HookKind::z, 1), projection(5) + mlp + above);
  EXPECT_EQ(flops_from(HookKind::attn_out, 1), mlp + above);
  EXPECT_EQ(flops_from(HookKind::resid_mid, 1), mlp + above);
  EXPECT_EQ(flops_from(HookKind::mlp_post, 1), mlp_out(5) + above);
  EXPECT_EQ(flops_from(HookKind::mlp_out, 1), above);
  EXPECT_EQ(flops_from(HookKind::resid_post, 1), above);
}

TEST(Flops, EditOfTheLastLayerLeavesItsAskedRows) {
  EXPECT_EQ(flops_from(HookKind::z, 2), projection(1) + mlp_in(1) + mlp_out(1) + kEmbed);
  EXPECT_EQ(flops_from(HookKind::resid_post, 2), kEmbed);
}

TEST(Flops, LayersBehindWhatIsAskedForAreNotRun) {
  ForwardPlan plan;
  plan.wants_logits = false;
  plan.captures = {{{HookKind::resid_post, 1}, {}, Positions::all()}};
  EXPECT_EQ(flops_from(HookKind::embed, 0, plan), 2 * layer(5));
}

}  // namespace
}  // namespace hookflow
