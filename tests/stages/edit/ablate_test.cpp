#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "stages/edit/variant_grid.hpp"
#include "stages/subject/pass_request.hpp"
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
  EditScope scope(model.config, context, {4, 2});
  const LabelledVariants grid =
      make_variant_grid({{"blocks.*.attn.hook_z[*]"}, {{}, Replacement("mean", "head")}, {}, {}, {}}, scope);
  ForwardPlan plan;
  plan.first_edits = {{HookKind::z, 0}, {HookKind::z, 1}};
  const std::vector<std::vector<std::int32_t>> ids = {{45, 49, 73, 92}, {24, 30}};
  const CleanPass clean = run_clean(model, ids, plan);
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
TEST(Ablate, KeepsTheSamePositionsAsTheCleanPass) {
  Ablation made("{at: \"blocks.1.attn.hook_z[0]\"}");
  const HookPoint below = {HookKind::resid_post, 0};
  const auto last = made.ask("silenced", below, Positions::last());
  const auto all = made.ask("clean", below, Positions::all());
  const auto& variants = made.chain.value<Variants>("silenced");
  EXPECT_EQ(variants.results.at(0).captured.at(below).shape, (std::vector<std::size_t>{4, 48}));
  EXPECT_EQ(variants.kept->captures.at(0).positions, Positions::all());
  const Captured edited = last->at(below, variants.view(0));
  const auto clean = all->at(below, made.chain.value<Pass>("clean").view()).row(3);
  EXPECT_TRUE(std::equal(clean.begin(), clean.end(), edited.row(3).begin()));
  EXPECT_THROW((void)edited.row(2), std::logic_error);
}

TEST(Ablate, PassesOnToTheCleanPassWhatIsKeptOfTheVariants) {
  Ablation made("{at: \"blocks.1.attn.hook_z[0]\"}");
  made.ask("silenced", {HookKind::resid_post, 0}, Positions::last());
  made.ask_logits("silenced");
  const ForwardPlan& clean = *made.chain.value<Pass>("clean").kept;
  ASSERT_EQ(clean.captures.size(), 1U);
  EXPECT_EQ(clean.captures[0].at, (HookPoint{HookKind::resid_post, 0}));
  EXPECT_EQ(clean.captures[0].positions, Positions::last());
  EXPECT_EQ(clean.first_edits, (std::vector<HookPoint>{{HookKind::z, 1}}));
  EXPECT_FALSE(clean.wants_logits);
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
  EXPECT_TRUE(
      names(refusal<ParamError>([] { Ablation("{at: hook_embed}"); }), {"at: hook_embed cannot be edited"}));
}

}  // namespace
}  // namespace hookflow::stages
