#include "model/pass/cost.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <new>

#include <gtest/gtest.h>

#include "model/pass/sequence.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/small_config.hpp"
#include "tests/support/tiny_model.hpp"

namespace {

/// Bytes of the arrays that this program holds, and the most that it has held. What a pass allocates while it
/// runs are arrays; what it leaves behind in tensors are not.
struct Arrays {
  std::mutex mutex;
  std::size_t held = 0;
  std::size_t most = 0;
} arrays;

}  // namespace

// Each array has its size in front of it.
void* operator new[](std::size_t bytes) {
  auto* const block = static_cast<std::max_align_t*>(std::malloc(sizeof(std::max_align_t) + bytes));
  if (block == nullptr) throw std::bad_alloc();
  const std::lock_guard lock(arrays.mutex);
  *reinterpret_cast<std::size_t*>(block) = bytes;
  arrays.most = std::max(arrays.most, arrays.held += bytes);
  return block + 1;
}
void operator delete[](void* array) noexcept {
  if (array == nullptr) return;
  auto* const block = static_cast<std::max_align_t*>(array) - 1;
  const std::lock_guard lock(arrays.mutex);
  arrays.held -= *reinterpret_cast<std::size_t*>(block);
  std::free(block);
}
void operator delete[](void* array, std::size_t /*bytes*/) noexcept { operator delete[](array); }

namespace hookflow {
namespace {

using testing::config;

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

/// Both where q, k and v are wider than the MLP, and where they are not.
std::vector<Config> shapes() {
  Config wide = testing::tiny_config();
  wide.mlp_width = 100;
  return {testing::tiny_config(), wide};
}

TEST(PassMemory, WorkingIsWhatAPassAllocates) {
  for (const Config& config : shapes()) {
    testing::TinyModel tiny(config);
    const std::vector<std::vector<std::int32_t>> prompts = {tiny.prompt(12), tiny.prompt(40), tiny.prompt(5)};
    ForwardPlan plan = testing::capture_everything(tiny.model.config);
    std::erase_if(plan.captures, [](const auto& capture) { return capture.at.kind == HookKind::logits; });
    plan.wants_logits = false;
    static_cast<void>(run_clean(tiny.model, prompts, plan));  // whatever is allocated once and for all
    const std::size_t before = arrays.most = arrays.held;
    static_cast<void>(run_clean(tiny.model, prompts, plan));
    EXPECT_EQ(static_cast<double>(arrays.most - before), working_bytes(tiny.model.config, 57, 40));
    EXPECT_EQ(arrays.held, before);
  }
}

TEST(PassMemory, HeldIsWhatAPassLeavesBehind) {
  testing::TinyModel tiny(testing::tiny_config());
  const std::vector<std::vector<std::int32_t>> prompts = {tiny.prompt(40)};
  ForwardPlan plan = testing::capture_everything(tiny.model.config, Positions::at({3, 4, 5}));
  for (ForwardPlan::Capture& capture : plan.captures) {
    if (has_heads(capture.at.kind) && capture.at.layer == 1) capture.heads = {0, 2};
  }
  plan.first_edits = {{HookKind::z, 0}, {HookKind::k, 1}, {HookKind::mlp_post, 1}, {HookKind::resid_post, 2}};
  const std::size_t before = arrays.held;
  const CleanPass pass = run_clean(tiny.model, prompts, plan);
  const std::size_t logits = arrays.held - before;
  EXPECT_EQ(logits, 3 * 37 * sizeof(float));
  std::size_t floats = 0;
  for (const auto& [point, tensor] : pass.results[0].captured) floats += tensor.values.size();
  for (const auto& [point, tensor] : pass.state->kept) floats += tensor.values.size();
  EXPECT_EQ(held_bytes(tiny.model.config, 40, 40, plan),
            static_cast<double>(logits + floats * sizeof(float)));
}

TEST(PassMemory, TouchesTheWeightsOfTheLayersThatAreRun) {
  const testing::TinyModel tiny(testing::tiny_config());
  const auto floats = [](const LinearWeights& linear) {
    return linear.weight.rows * linear.weight.columns + linear.bias.size();
  };
  const LayerWeights& layer = tiny.model.weights.layers[0];
  const std::size_t expected = floats(layer.qkv) + floats(layer.attention_out) + floats(layer.mlp_in) +
                               floats(layer.mlp_out) + layer.attention_norm.weight.size() +
                               layer.attention_norm.bias.size() + layer.mlp_norm.weight.size() +
                               layer.mlp_norm.bias.size();
  ForwardPlan plan = nothing();
  const double embeddings = weight_bytes(tiny.model.config, 5, plan);
  plan.captures = {{{HookKind::q, 1}, {}, Positions::all()}};
  EXPECT_EQ(weight_bytes(tiny.model.config, 5, plan) - embeddings,
            static_cast<double>(2 * expected * sizeof(float)));
  EXPECT_EQ(embeddings, 37 * 21 * sizeof(float));
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
