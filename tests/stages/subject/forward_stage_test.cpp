#include <gtest/gtest.h>

#include "stages/subject/values.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tensor_of.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

const std::vector<std::vector<std::int32_t>> kIds = {{45, 49, 73, 92, 3}, {92}, {24, 30, 84}};

/// tokenize and forward on three prompts of 5, 1 and 3 tokens.
struct Clean {
  StageChain chain{
      golden_model("three_heads"),
      {ids_prompt("a", {45, 49, 73, 92, 3}), ids_prompt("b", {92}), ids_prompt("c", {24, 30, 84})}};
  PassFacts facts;

  Clean() {
    chain.add("tokens", "tokenize");
    facts = std::any_cast<PassFacts>(chain.add("clean", "forward", "{}", {"tokens"}).facts);
  }
};

TEST(ForwardStage, IsTheCleanPassOfAllItsPrompts) {
  Clean clean;
  clean.facts->want_logits(Positions::all());
  ForwardPlan plan;
  plan.logits = Positions::all();
  const CleanPass wanted = run_clean(clean.chain.subject().model(), kIds, plan);
  for (std::size_t prompt = 0; prompt < kIds.size(); ++prompt) {
    const auto& pass = clean.chain.value<Pass>("clean", prompt);
    EXPECT_EQ(pass.index, prompt);
    EXPECT_EQ(pass.length, kIds[prompt].size());
    EXPECT_EQ(tensor_of(pass.result().logits).values, tensor_of(wanted.results[prompt].logits).values);
  }
}

TEST(ForwardStage, KeepsNothingThatNobodyAsksFor) {
  Clean clean;
  const PassResult& result = clean.chain.value<Pass>("clean").result();
  EXPECT_TRUE(result.logits.matrix().rows == 0);
  EXPECT_TRUE(result.captured.empty());
}

TEST(ForwardStage, KeepsWhatIsAskedFor) {
  Clean clean;
  clean.facts->want_logits(Positions::last());
  clean.facts->want_capture({HookKind::z, 1}, Positions::all());
  const PassResult& result = clean.chain.value<Pass>("clean").result();
  EXPECT_EQ(tensor_of(result.logits).shape, (std::vector<std::size_t>{1, 97}));
  EXPECT_EQ(result.captured.at({HookKind::z, 1}).shape, (std::vector<std::size_t>{5, 3, 16}));
}

TEST(ForwardStage, WishesForOtherPositionsGiveAllOfThem) {
  Clean clean;
  clean.facts->want_logits(Positions::last());
  clean.facts->want_logits(Positions::last());
  EXPECT_EQ(clean.facts->plan.logits, Positions::last());
  clean.facts->want_logits(Positions::at({0}));
  EXPECT_EQ(clean.facts->plan.logits, Positions::all());
  clean.facts->want_capture({HookKind::z, 1}, Positions::at({0}));
  clean.facts->want_capture({HookKind::z, 1}, Positions::at({0}));
  ASSERT_EQ(clean.facts->plan.captures.size(), 1U);
  EXPECT_EQ(clean.facts->plan.captures[0].positions, Positions::at({0}));
  clean.facts->want_capture({HookKind::z, 1}, Positions::last());
  ASSERT_EQ(clean.facts->plan.captures.size(), 1U);
  EXPECT_EQ(clean.facts->plan.captures[0].positions, Positions::all());
}

TEST(ForwardStage, CountsOnePassAPrompt) {
  Clean clean;
  const double without_logits = clean.chain.cost("clean").flops;
  clean.facts->want_logits(Positions::last());
  const pipeline::Cost cost = clean.chain.cost("clean");
  EXPECT_EQ(cost.passes, 3);
  EXPECT_GT(cost.flops, without_logits);
  EXPECT_GT(cost.bytes_working, 0);
  EXPECT_GT(cost.bytes_held, 0);
  EXPECT_GT(cost.bytes_shared, 0);
}

}  // namespace
}  // namespace hookflow::stages
