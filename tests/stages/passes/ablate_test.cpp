#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "model/pass/pass_record.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/edit/grid/variant_grid.hpp"
#include "stages/subject/pass_request.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tensor_of.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::ParamError;

std::vector<pipeline::Prompt> two_prompts() {
  return {ids_prompt("a", {45, 49, 73, 92}), ids_prompt("b", {24, 30})};
}

/// tokenize, forward and ablate on prompts of 4 and 2 tokens, of a model of 2 layers of 3 heads.
struct Ablation {
  StageChain chain;
  pipeline::Output output;

  explicit Ablation(const std::string& params, std::vector<pipeline::Prompt> prompts = two_prompts())
      : chain(golden_model("three_heads"), std::move(prompts)) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    output = chain.add("silenced", "ablate", params, {"clean"});
  }
  void ask_logits(const std::string& id) {
    PassRequest request;
    request.keep_logits(Positions::last());
    chain.ask(id, std::move(request));
  }
  std::shared_ptr<const PassRequest> ask(const std::string& id, const HookPoint& place,
                                         const Positions& positions) {
    PassRequest request;
    request.keep(place, positions);
    return chain.ask(id, std::move(request));
  }
  /// Every variant's last logits of a prompt, part after part.
  std::vector<std::vector<float>> logits(std::size_t prompt) {
    std::vector<std::vector<float>> all;
    for (std::size_t part = 0; part < output.parts; ++part) {
      const auto& variants = chain.value<Variants>("silenced", prompt, part);
      EXPECT_EQ(variants.first, all.size());
      for (const PassResult& result : variants.results) all.push_back(tensor_of(result.logits).values);
    }
    return all;
  }
};

const std::string kSweep = R"(at: "blocks.*.attn.hook_z[*]", with: [zero, {mean: head}])";

Ablation sweep(const std::string& more = "") {
  Ablation made("{" + kSweep + more + "}");
  made.ask_logits("silenced");
  made.ask_logits("clean");
  return made;
}

TEST(Ablate, PartsAreAsManyVariantsAsFitTheRows) {
  EXPECT_EQ(sweep().output.parts, 1U);              // 12 variants x 6 tokens
  EXPECT_EQ(sweep(", rows: 30").output.parts, 3U);  // 5 variants of 6 tokens
  EXPECT_EQ(sweep(", rows: 1").output.parts, 12U);  // at least one
  EXPECT_EQ(sweep(", rows: 72").output.parts, 1U);
  EXPECT_EQ(sweep(", rows: 71").output.parts, 2U);
}

TEST(Ablate, EqualsRunEditedToTheBit) {
  Ablation made = sweep(", rows: 30");
  const Model& model = made.chain.subject().model();
  const pipeline::Prompts prompts = as_prompts(two_prompts());
  const pipeline::PlanContext context{prompts, made.chain.subject(), {}, {}, 1};
  TokenFacts tokens;
  tokens.lengths = {4, 2};
  tokens.longest = 4;
  tokens.findings = context.findings;
  EditScope scope(model.config, context, tokens);
  const LabelledVariants grid =
      make_variant_grid({{"blocks.*.attn.hook_z[*]"}, {{}, Replacement("mean", "head")}, {}, {}, {}}, scope);
  const ForwardPlan plan = testing::last_logits();
  const std::vector<std::vector<std::int32_t>> ids = {{45, 49, 73, 92}, {24, 30}};
  const CleanPass clean = run_clean(model, ids, testing::with_edits(plan, grid.variants));
  const auto first = made.logits(0);
  const auto second = made.logits(1);
  ASSERT_EQ(first.size(), grid.variants.size());
  for (std::size_t begin = 0; begin < grid.variants.size(); begin += 5) {
    std::vector<EditedPrompt> edited;
    const std::size_t end = std::min(grid.variants.size(), begin + 5);
    for (std::size_t prompt = 0; prompt < 2; ++prompt) {
      for (std::size_t v = begin; v < end; ++v) edited.push_back({prompt, &grid.variants[v]});
    }
    const auto results = run_edited(model, clean, edited, plan);
    for (std::size_t v = begin; v < end; ++v) {
      EXPECT_EQ(first[v], tensor_of(results[v - begin].logits).values) << v;
      EXPECT_EQ(second[v], tensor_of(results[end - begin + v - begin].logits).values) << v;
    }
  }
}

TEST(Ablate, ChunksAreAsManyPartsAsFitTheRowsThatAreComputed) {
  using Sizes = std::vector<std::size_t>;
  EXPECT_EQ(sweep(", rows: 30").chain.chunks("silenced"), (Sizes{1, 1, 1}));
  EXPECT_EQ(sweep(", rows: 30, positions: last").chain.chunks("silenced"), Sizes{3});  // 12 variants x 2 rows
  EXPECT_EQ(sweep(", rows: 12, positions: last").chain.chunks("silenced"), (Sizes{3, 3}));
}

// At the last position both prompts have a row of each variant, and each row is computed by itself.
TEST(Ablate, AtTheLastPositionEditsThatAlone) {
  Ablation last = sweep(", positions: last");
  const HookPoint z = {HookKind::z, 0};
  const HookPoint residual = {HookKind::resid_post, 1};
  for (const char* stage : {"clean", "silenced"}) {
    for (const HookPoint& place : {z, residual}) last.ask(stage, place, Positions::all());
  }
  const Model& model = last.chain.subject().model();
  const std::vector<std::vector<std::int32_t>> ids = {{45, 49, 73, 92}, {24, 30}};
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const PassResult& clean = last.chain.value<Pass>("clean", prompt).result();
    const auto& results = last.chain.value<Variants>("silenced", prompt).results;
    ASSERT_EQ(results.size(), 12U);
    for (std::size_t v = 0; v < 6; ++v) {
      const Variant zero = {{{HookKind::z, v / 3}, v % 3, Positions::last(), {}}};
      const testing::NaiveGpt2 naive(model, ids[prompt], zero);
      const ForwardPlan plan = testing::capture_everything(model.config, Positions::last());
      for (const HookPoint& place : {z, residual}) {
        const CapturedRows& edited = results[v].captured.at(place);
        const ForwardPlan::Capture all{place, Positions::all()};
        testing::expect_close(tensor_of(edited),
                              testing::expected(naive, all, model.config, ids[prompt].size()),
                              testing::kTolerance, to_string(place));
        for (std::size_t position = 0; position + 1 < ids[prompt].size(); ++position)
          EXPECT_EQ(edited.row(position).data(), clean.captured.at(place).row(position).data());
      }
    }
  }
}

TEST(Ablate, OfEqualPromptsIsComputedOnce) {
  const std::string params = R"({at: "blocks.*.attn.hook_z[*]", positions: "1:"})";
  const std::vector<std::int64_t> ids = {45, 49, 73, 92};
  Ablation one(params, {ids_prompt("a", ids)});
  Ablation two(params, {ids_prompt("a", ids), ids_prompt("b", ids)});
  for (Ablation* made : {&one, &two}) made->ask_logits("silenced");
  EXPECT_TRUE(two.logits(0) == one.logits(0));
  for (std::size_t v = 0; v < 6; ++v) {
    const auto logits = [&](std::size_t prompt) {
      return two.chain.value<Variants>("silenced", prompt).results.at(v).logits.row(0).values.data();
    };
    EXPECT_EQ(logits(0), logits(1));
  }
  EXPECT_EQ(two.chain.cost("silenced").flops, one.chain.cost("silenced").flops);
}

// Whatever the edit, the measure and the stages between: what the edit cannot reach differs by exactly 0.
TEST(Ablate, ChangesNothingThatItDoesNotReach) {
  StageChain chain(golden_model("three_heads"),
                   {ids_prompt("a", {45, 49, 73, 92, 11}), ids_prompt("b", {45, 49, 73, 30})});
  chain.add("tokens", "tokenize");
  chain.add("clean", "forward", "{}", {"tokens"});
  chain.add("silenced", "ablate", "{" + kSweep + ", positions: last}", {"clean"});
  chain.add("between", "measure.cosine", R"({at: "blocks.*.hook_resid_post", positions: "1:-1"})",
            {"clean", "silenced"});
  chain.add("to_last", "measure.cosine", R"({at: "blocks.*.hook_resid_post", positions: all})",
            {"clean", "silenced"});
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    std::size_t measured = 0;
    for (const double change : chain.numbers("between", "cosine_change", prompt)) {
      if (std::isnan(change)) continue;  // behind the end of the shorter prompt
      EXPECT_EQ(change, 0);
      ++measured;
    }
    EXPECT_GE(measured, 12U);
    const auto reached = chain.numbers("to_last", "cosine_change", prompt);
    EXPECT_TRUE(std::ranges::any_of(reached, [](double change) { return std::abs(change) > 1e-4; }));
  }
}

TEST(Ablate, PartsChangeNoMoreThanRounding) {
  const auto whole = sweep().logits(0);
  const auto parts = sweep(", rows: 6").logits(0);
  ASSERT_EQ(whole.size(), parts.size());
  for (std::size_t v = 0; v < whole.size(); ++v) {
    for (std::size_t i = 0; i < whole[v].size(); ++i) EXPECT_NEAR(whole[v][i], parts[v][i], 1e-4) << v;
  }
}

TEST(Ablate, AddingNothingChangesNothing) {
  Ablation made(R"({at: "blocks.*.hook_resid_mid", with: {add: [)" + [] {
    std::string zeros = "0";
    for (int i = 1; i < 48; ++i) zeros += ", 0";
    return zeros;
  }() + "]}}");
  made.ask_logits("silenced");
  made.ask_logits("clean");
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const auto clean = tensor_of(made.chain.value<Pass>("clean", prompt).result().logits).values;
    for (const auto& edited : made.logits(prompt)) {
      for (std::size_t i = 0; i < clean.size(); ++i) EXPECT_NEAR(edited[i], clean[i], 1e-5);
    }
  }
}

TEST(Ablate, AddsTheGridsAxes) {
  const Ablation made = sweep();
  ASSERT_EQ(made.output.expands.size(), 3U);
  EXPECT_EQ(made.output.expands[0].name, "replacement");
  EXPECT_EQ(made.output.expands[1].name, "layer");
  EXPECT_EQ(made.output.expands[2].name, "head");
}

TEST(Ablate, CountsEveryVariantOfEveryPrompt) {
  Ablation made = sweep();
  EXPECT_EQ(made.chain.cost("silenced").passes, 24);
  EXPECT_LT(made.chain.cost("silenced").flops / 12, made.chain.cost("clean").flops);
}

TEST(Ablate, ChunkedWorkHoldsLess) {
  EXPECT_LT(sweep(", rows: 6").chain.bytes("silenced").working, sweep().chain.bytes("silenced").working);
}

TEST(Ablate, SliceEditsWhatTheListOfItsPositionsEdits) {
  Ablation slice("{" + kSweep + ", positions: \"1:\"}", {ids_prompt("a", {45, 49, 73, 92})});
  Ablation list("{" + kSweep + ", positions: [1, 2, 3]}", {ids_prompt("a", {45, 49, 73, 92})});
  for (Ablation* made : {&slice, &list}) made->ask_logits("silenced");
  EXPECT_EQ(slice.logits(0), list.logits(0));
  EXPECT_NE(slice.logits(0), sweep().logits(0));
}

// Another stage may want more of the clean pass than of the variants.
TEST(Ablate, SharesWhatItsEditsCannotReachWithTheCleanPass) {
  Ablation made("{at: \"blocks.1.attn.hook_z[0]\"}");
  const HookPoint below = {HookKind::resid_post, 0};
  const auto last = made.ask("silenced", below, Positions::last());
  const auto all = made.ask("clean", below, Positions::all());
  const auto& variants = made.chain.value<Variants>("silenced");
  EXPECT_EQ(variants.results.at(0).captured.at(below).positions(), std::vector<std::size_t>{3});
  const Captured edited = last->at(below, variants.view(0));
  const auto clean = all->at(below, made.chain.value<Pass>("clean").view()).row(3);
  EXPECT_EQ(edited.row(3).size(), 48U);
  EXPECT_EQ(edited.row(3).data(), clean.data());
  EXPECT_THROW((void)edited.row(2), std::logic_error);
}

TEST(Ablate, PassesOnToTheCleanPassWhatItsVariantsReadOfIt) {
  Ablation made("{at: \"blocks.1.attn.hook_z[0]\"}");
  made.ask("silenced", {HookKind::resid_post, 0}, Positions::last());
  made.ask_logits("silenced");
  const auto& clean = made.chain.value<Pass>("clean");
  EXPECT_TRUE(clean.result().captured.empty());
  EXPECT_TRUE(clean.result().logits.positions().empty());
  const RowPlan& rows = clean.batch->record->plan;
  EXPECT_EQ(rows.asked_places(),
            (std::set<HookPoint>{{HookKind::resid_post, 0}, {HookKind::resid_pre, 1}, {HookKind::z, 1}}));
  for (const HookPoint& place : rows.asked_places())
    EXPECT_EQ(rows.sequence(0).asks.at(place).positions(), std::vector<std::size_t>{3}) << to_string(place);
}

TEST(Ablate, EmptySliceIsRefusedWithItsPrompt) {
  const std::string message =
      refusal<ParamError>([] { Ablation("{at: \"blocks.0.attn.hook_z[0]\", positions: \"2:\"}"); });
  EXPECT_TRUE(
      names(message, {"positions:", "prompt 'b': position", "2: select nothing in a prompt of 2 tokens"}));
}

TEST(Ablate, PositionThatAPromptLacksIsRefusedWithItsName) {
  const std::string message =
      refusal<ParamError>([] { Ablation("{at: \"blocks.0.attn.hook_z[0]\", positions: [0, 3]}"); });
  EXPECT_TRUE(names(message, {"positions:", "prompt 'b': position 3", "2 tokens"}));
  EXPECT_NO_THROW(Ablation("{at: \"blocks.0.attn.hook_z[0]\", positions: [-2]}"));
}

TEST(Ablate, PlaceThatCannotBeEditedIsRefused) {
  EXPECT_TRUE(names(refusal<ParamError>([] { Ablation("{at: blocks.0.ln1.hook_scale}"); }),
                    {"at: blocks.*.ln1.hook_scale cannot be edited"}));
}

}  // namespace
}  // namespace hookflow::stages
