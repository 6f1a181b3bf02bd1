#include "model/pass/cost.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <new>

#include <gtest/gtest.h>

#include "model/pass/forward.hpp"
#include "model/pass/pass_record.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/small_config.hpp"
#include "tests/support/tiny_model.hpp"

namespace {

/// Bytes of the arrays that this program holds, and the most that it has held: what passes allocate.
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
using Prompts = std::vector<std::vector<std::int32_t>>;

constexpr double kFloat = sizeof(float);

RowPlan clean_rows(const Config& config, const ForwardPlan& plan, const Prompts& prompts) {
  std::vector<FedPrompt> fed;
  for (const auto& prompt : prompts) fed.emplace_back(prompt.size());
  return plan_clean(config, prompts, fed, plan);
}

/// Two prompts of five tokens that have nothing in common.
PassCost cost_of(const ForwardPlan& plan) {
  return {config(), clean_rows(config(), plan, {{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}})};
}
double held(const ForwardPlan& plan) { return cost_of(plan).held_bytes(config(), LogitBlocks::kAll); }

TEST(PassMemory, WorkingGrowsWithRows) {
  ForwardPlan plan;
  plan.captures = {{{HookKind::resid_post, 0}, Positions::all()}};
  const double each = (3 * 8 + 1 + 3 * 8) * kFloat;  // three vectors, a scale, and q, k and v
  const double scores = 10 * 5 * kFloat;             // of one head, all queries
  EXPECT_EQ(cost_of(plan).working_bytes(config()), 10 * each + scores);
}

TEST(PassMemory, HoldsWhatIsAskedForAlone) {
  EXPECT_EQ(held({}), 0);
  ForwardPlan plan;
  plan.logits = {Positions::last()};
  EXPECT_EQ(held(plan), 2 * (8 + 11) * kFloat);  // what the final norm gave, and logits
  plan = {};
  plan.captures = {{{HookKind::z, 0}, Positions::all()}};
  EXPECT_EQ(held(plan), 10 * 8 * kFloat);
  plan.captures = {{{HookKind::pattern, 0}, Positions::all()}};
  EXPECT_EQ(held(plan), 10 * 2 * 5 * kFloat);
}

TEST(PassMemory, HoldsWhatVariantsReadAndNoMore) {
  const auto held_for = [](Variant variant, const ForwardPlan& asked) {
    return held(testing::with_edits(asked, {std::move(variant)})) - held(asked);
  };
  const ForwardPlan logits = testing::last_logits();
  // The last layer, at the last position: z, to be edited, and the residual stream that it is added to.
  EXPECT_EQ(held_for({{{HookKind::z, 2}, 0, Positions::last(), {}}}, logits), 2 * 2 * 8 * kFloat);
  // One layer before, also the keys and values of all other positions in the last one.
  EXPECT_EQ(held_for({{{HookKind::z, 1}, 0, Positions::last(), {}}}, logits),
            (2 * 2 + 2 * 4 * 2) * 8 * kFloat);
  // Nobody asks for what it changes.
  EXPECT_EQ(held_for({{{HookKind::z, 2}, 0, Positions::at({0}), {}}}, logits), 0);
}

TEST(PassMemory, OfManyVariantsLogitsOfOneBlockAreHeld) {
  const Config small = config();
  const Variant variant = {{{HookKind::resid_post, 2}, {}, Positions::last(), {}}};
  const ForwardPlan plan = testing::last_logits();
  const RowPlan clean = clean_rows(small, testing::with_edits(plan, {variant}), {{1, 2, 3, 4, 5}});
  const std::vector<EditedPrompt> edited(1000, {0, &variant});
  const PassCost cost(small, plan_edited(small, clean, edited, plan));
  EXPECT_EQ(cost.most_rows(), 1000U);
  EXPECT_EQ(cost.held_bytes(small, 1), (1000 * 8 + 256 * 11) * kFloat);
  EXPECT_EQ(cost.held_bytes(small, 3), (1000 * 8 + 768 * 11) * kFloat);  // of three that read them
  EXPECT_EQ(cost.held_bytes(small, 4), 1000 * (8 + 11) * kFloat);
}

/// Both where q, k and v are wider than the MLP, and where they are not.
std::vector<Config> shapes() {
  Config wide = testing::tiny_config();
  wide.mlp_width = 100;
  return {testing::tiny_config(), wide};
}

TEST(PassMemory, IsWhatAPassAllocates) {
  for (const Config& shape : shapes()) {
    testing::TinyModel tiny(shape);
    const Config& config = tiny.model.config;
    const Prompts prompts = {tiny.prompt(12), tiny.prompt(40), tiny.prompt(5)};
    ForwardPlan plan = testing::capture_everything(config);
    std::erase_if(plan.captures, [](const auto& capture) { return capture.at.kind == HookKind::logits; });
    plan.logits = {};
    const std::vector<Variant> variants = {{{{HookKind::k, 1}, 1, Positions::all(), {}}}};
    const ForwardPlan clean_plan = testing::with_edits(plan, variants);
    const PassCost cost(config, clean_rows(config, clean_plan, prompts));
    static_cast<void>(run_clean(tiny.model, prompts, clean_plan));  // whatever is allocated once and for all
    const std::size_t before = arrays.most = arrays.held;
    {
      const CleanPass pass = run_clean(tiny.model, prompts, clean_plan);
      EXPECT_EQ(static_cast<double>(arrays.held - before), cost.held_bytes(config, LogitBlocks::kAll));
      EXPECT_EQ(static_cast<double>(arrays.most - before),
                cost.held_bytes(config, LogitBlocks::kAll) + cost.working_bytes(config));
      std::vector<EditedPrompt> edited = {{0, variants.data()}, {1, variants.data()}};
      const PassCost more(config, plan_edited(config, pass.record->plan, edited, plan));
      const std::size_t clean = arrays.most = arrays.held;
      const auto results = run_edited(tiny.model, pass, edited, plan);
      EXPECT_EQ(static_cast<double>(arrays.held - clean), more.held_bytes(config, 1));
      EXPECT_LE(static_cast<double>(arrays.most - clean),
                more.held_bytes(config, 1) + more.working_bytes(config));
    }
    EXPECT_EQ(arrays.held, before);
  }
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
  ForwardPlan plan;
  const double embeddings = weight_bytes(tiny.model.config, 5, plan);
  plan.captures = {{{HookKind::q, 1}, Positions::all()}};
  EXPECT_EQ(weight_bytes(tiny.model.config, 5, plan) - embeddings,
            static_cast<double>(2 * expected * sizeof(float)));
  EXPECT_EQ(embeddings, 37 * 21 * sizeof(float));
}

TEST(PassMemory, TouchesTheRowsOfTokensThatAreFedOrNamed) {
  Config config = testing::tiny_config();
  const std::vector<std::int32_t> fed = {5, 6, 5, 7};
  config.tied_embeddings = true;
  EXPECT_EQ(table_rows(config, fed, {}), 3U);
  EXPECT_EQ(table_rows(config, fed, {-1, 6, 9}), 4U);  // none, of a prompt that is not run
  config.tied_embeddings = false;
  EXPECT_EQ(table_rows(config, fed, {-1, 6, 9}), 5U);
  config.vocabulary = 50257;
  config.width = 768;
  const auto bytes = [&](std::size_t rows) { return weight_bytes(config, rows, {}); };
  EXPECT_EQ(bytes(5) - bytes(4), 65536);  // a row is mapped with its neighbours
}

TEST(PassMemory, RunsAsFarAsSomethingIsAskedFor) {
  EXPECT_EQ(layers_run(config(), testing::last_logits()), 3U);
  ForwardPlan plan;
  EXPECT_EQ(layers_run(config(), plan), 0U);
  plan.captures = {{{HookKind::q, 1}, Positions::all()}};
  EXPECT_EQ(layers_run(config(), plan), 2U);
  plan.captures = {{{HookKind::ln_final_normalized, 0}, Positions::all()}};
  EXPECT_EQ(layers_run(config(), plan), 3U);
}

}  // namespace
}  // namespace hookflow
