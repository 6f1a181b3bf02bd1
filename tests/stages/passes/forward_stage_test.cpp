#include <gtest/gtest.h>

#include "stages/subject/pass_request.hpp"
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

  Clean() {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
  }
  std::shared_ptr<const PassRequest> ask_logits(const Positions& positions) {
    PassRequest request;
    request.keep_logits(positions);
    return chain.ask("clean", std::move(request));
  }
  std::shared_ptr<const PassRequest> ask(const HookPoint& place, const Positions& positions) {
    PassRequest request;
    request.keep(place, positions);
    return chain.ask("clean", std::move(request));
  }
};

TEST(ForwardStage, IsTheCleanPassOfAllItsPrompts) {
  Clean clean;
  clean.ask_logits(Positions::all());
  ForwardPlan plan;
  plan.logits = {Positions::all()};
  const CleanPass wanted = run_clean(clean.chain.subject().model(), kIds, plan);
  for (std::size_t prompt = 0; prompt < kIds.size(); ++prompt) {
    const auto& pass = clean.chain.value<Pass>("clean", prompt);
    EXPECT_EQ(pass.index, prompt);
    EXPECT_EQ(pass.fed.prompt, kIds[prompt].size());
    EXPECT_EQ(tensor_of(pass.result().logits).values, tensor_of(wanted.results[prompt].logits).values);
  }
}

TEST(ForwardStage, KeepsNothingThatNobodyAsksFor) {
  Clean clean;
  const PassResult& result = clean.chain.value<Pass>("clean").result();
  EXPECT_TRUE(result.logits.positions().empty());
  EXPECT_TRUE(result.captured.empty());
}

TEST(ForwardStage, KeepsWhatIsAskedFor) {
  Clean clean;
  clean.ask_logits(Positions::last());
  clean.ask({HookKind::z, 1}, Positions::all());
  const PassResult& result = clean.chain.value<Pass>("clean").result();
  EXPECT_EQ(tensor_of(result.logits).shape, (std::vector<std::size_t>{1, 97}));
  EXPECT_EQ(tensor_of(result.captured.at({HookKind::z, 1})).shape, (std::vector<std::size_t>{5, 3, 16}));
}

TEST(ForwardStage, KeepsTheSamePositionsOnce) {
  Clean clean;
  for (int i = 0; i < 2; ++i) {
    clean.ask_logits(Positions::last());
    clean.ask({HookKind::z, 1}, Positions::at({0}));
  }
  const PassResult& result = clean.chain.value<Pass>("clean").result();
  EXPECT_EQ(result.logits.positions(), std::vector<std::size_t>{4});
  ASSERT_EQ(result.captured.size(), 1U);
  EXPECT_EQ(result.captured.at({HookKind::z, 1}).positions(), std::vector<std::size_t>{0});
}

TEST(ForwardStage, KeepsThePositionsThatSomebodyAsksForAndNoOthers) {
  Clean clean;
  clean.ask_logits(Positions::last());
  clean.ask_logits(Positions::at({0}));
  clean.ask({HookKind::z, 1}, Positions::at({0}));
  clean.ask({HookKind::z, 1}, Positions::last());
  const PassResult& result = clean.chain.value<Pass>("clean").result();
  EXPECT_EQ(result.logits.positions(), (std::vector<std::size_t>{0, 4}));
  ASSERT_EQ(result.captured.size(), 1U);
  EXPECT_EQ(result.captured.at({HookKind::z, 1}).positions(), (std::vector<std::size_t>{0, 4}));
}

TEST(ForwardStage, EachReadsWhatItAskedForAndNoMore) {
  Clean clean;
  const HookPoint z = {HookKind::z, 1};
  const auto first = clean.ask(z, Positions::at({0}));
  const auto all = clean.ask(z, Positions::all());
  const auto last_logits = clean.ask_logits(Positions::last());
  const auto all_logits = clean.ask_logits(Positions::all());
  const PassView pass = clean.chain.value<Pass>("clean").view();
  EXPECT_EQ(first->at(z, pass).row(0, 2).data(), all->at(z, pass).row(0, 2).data());
  EXPECT_THROW((void)first->at(z, pass).row(1, 2), std::logic_error);
  EXPECT_THROW((void)first->at({HookKind::q, 1}, pass), std::logic_error);
  EXPECT_THROW((void)first->logits(pass), std::logic_error);
  ASSERT_EQ(last_logits->logits(pass).count(), 1U);
  ASSERT_EQ(all_logits->logits(pass).count(), 5U);
  EXPECT_EQ(last_logits->logits(pass).row(0).values.data(), all_logits->logits(pass).row(4).values.data());
}

TEST(ForwardStage, CountsOnePassAPrompt) {
  Clean without_logits;
  Clean clean;
  clean.ask_logits(Positions::last());
  const pipeline::Cost cost = clean.chain.cost("clean");
  EXPECT_EQ(cost.passes, 3);
  EXPECT_GT(cost.flops, without_logits.chain.cost("clean").flops);
  EXPECT_GT(clean.chain.bytes("clean").working, 0);
  EXPECT_GT(clean.chain.bytes("clean").held, 0);
  EXPECT_GT(cost.bytes_shared, 0);
}

TEST(ForwardStage, OtherRequestsThanItsOwnAreOurBug) {
  Clean clean;
  clean.chain.ask("clean", pipeline::Request());
  EXPECT_THROW(clean.chain.run("clean"), std::bad_cast);
  Clean tokens;
  tokens.chain.ask("tokens", PassRequest());
  EXPECT_THROW(tokens.chain.run("clean"), std::logic_error);
}

// Prompts are many: what they are fed is not kept for as long as the run takes.
TEST(ForwardStage, AndVariantsHoldNoTokensOnceTheyRun) {
  auto tokens = std::make_shared<TokenFacts>();
  tokens->ids.add(std::vector<std::int32_t>{45, 49, 73});
  tokens->lengths = {3};
  tokens->findings = std::make_shared<pipeline::Findings>();
  ModelSubject subject(golden_model("three_heads"));
  const pipeline::Prompts prompts = as_prompts({ids_prompt("a", {45, 49, 73})});
  pipeline::Output source;
  source.facts = tokens;
  const std::vector<pipeline::Batch> batches = pipeline::consecutive_batches(1, 1);
  const auto plan = [&](const std::string& name, pipeline::Stage& stage, const pipeline::Output& input) {
    pipeline::PlanContext context{prompts, subject, {{"input", &input, {}}}, {}, 3};
    context.batches = batches;
    return plan_stage(name, stage, context);
  };
  const auto clean = make_stage("forward");
  pipeline::Output pass = plan("forward", *clean, source);
  const auto edited = make_stage("ablate", "{at: 'blocks.0.attn.hook_z[*]'}");
  pipeline::Output variants = plan("ablate", *edited, pass);
  edited->take_requests({});
  clean->take_requests({});
  edited->prepare();
  clean->prepare();
  source = pass = variants = {};
  EXPECT_EQ(tokens.use_count(), 1);
}

}  // namespace
}  // namespace hookflow::stages
