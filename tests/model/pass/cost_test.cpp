#include "model/pass/cost.hpp"

#include <gtest/gtest.h>

namespace hookflow {
namespace {

/// d = 8, f = 20, 2 heads of 4, 11 tokens, 3 layers.
Config config() {
  Config config;
  config.layers = 3;
  config.heads = 2;
  config.width = 8;
  config.head_width = 4;
  config.mlp_width = 20;
  config.context = 16;
  config.vocabulary = 11;
  return config;
}

constexpr double kFloat = sizeof(float);

/// Two prompts of five tokens.
double held(const ForwardPlan& plan) { return held_bytes(config(), 10, 5, plan); }

ForwardPlan nothing() {
  ForwardPlan plan;
  plan.wants_logits = false;
  return plan;
}

TEST(PassMemory, WorkingGrowsWithTokens) {
  const double each = (3 * 8 + 1 + 3 * 8) * kFloat;  // three vectors, a scale, and q, k and v
  EXPECT_EQ(working_bytes(config(), 20, 5) - working_bytes(config(), 10, 5), 10 * each);
}

TEST(PassMemory, HoldsWhatIsAskedForAlone) {
  EXPECT_EQ(held(nothing()), 0);
  ForwardPlan plan;
  plan.logits = Positions::last();
  EXPECT_EQ(held(plan), 2 * 11 * kFloat);
  plan = nothing();
  plan.captures = {{{HookKind::z, 0}, {}, Positions::all()}};
  EXPECT_EQ(held(plan), 10 * 8 * kFloat);
  plan.captures = {{{HookKind::z, 0}, {1}, Positions::last()}};
  EXPECT_EQ(held(plan), 2 * 4 * kFloat);
  plan.captures = {{{HookKind::pattern, 0}, {}, Positions::all()}};
  EXPECT_EQ(held(plan), 10 * 2 * 5 * kFloat);
}

TEST(PassMemory, HoldsWhatVariantsJoinOnce) {
  ForwardPlan plan = nothing();
  plan.first_edits = {{HookKind::z, 0}};
  EXPECT_EQ(held(plan), 10 * 2 * 8 * kFloat);  // the residual stream and z
  plan.first_edits = {{HookKind::q, 1}, {HookKind::k, 1}};
  EXPECT_EQ(held(plan), 10 * 4 * 8 * kFloat);
}

TEST(PassMemory, RunsAsFarAsSomethingIsAskedFor) {
  EXPECT_EQ(layers_run(config(), ForwardPlan{}), 3U);
  ForwardPlan plan = nothing();
  EXPECT_EQ(layers_run(config(), plan), 0U);
  plan.captures = {{{HookKind::q, 1}, {}, Positions::all()}};
  EXPECT_EQ(layers_run(config(), plan), 2U);
  plan.captures = {{{HookKind::ln_final_normalized, 0}, {}, Positions::all()}};
  EXPECT_EQ(layers_run(config(), plan), 3U);
}

}  // namespace
}  // namespace hookflow
