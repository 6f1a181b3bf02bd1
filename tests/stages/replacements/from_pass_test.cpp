// {from: pass}: the same place of another pass of the same prompt.
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "stages/subject/pass_request.hpp"
#include "tests/support/input_error.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tensor_of.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

pipeline::Prompt prompt(std::string id, std::vector<std::int64_t> ids, std::string other) {
  pipeline::Prompt made = ids_prompt(std::move(id), std::move(ids), {{"name", "73"}});
  made.others["other"] = std::move(other);
  return made;
}

std::vector<pipeline::Prompt> two_prompts() {
  return {prompt("a", {45, 49, 73, 92}, "[24, 49, 73, 30]"), prompt("b", {73, 30}, "[73, 9]")};
}

/// Two texts of each prompt, a pass of each, and variants of the corrupted one.
struct Patching {
  StageChain chain;
  pipeline::Output output;

  explicit Patching(const std::string& params, std::vector<pipeline::Prompt> prompts = two_prompts(),
                    const std::string& from = "clean")
      : chain(golden_model("three_heads"), std::move(prompts)) {
    chain.add("tokens", "tokenize");
    chain.add("others", "tokenize", "{column: other}");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("corrupted", "forward", "{}", {"others"});
    output = chain.add("patched", "ablate", params, {"corrupted", "", from});
    for (const char* id : {"clean", "corrupted", "patched"}) {
      PassRequest request;
      request.keep_logits(Positions::last());
      chain.ask(id, std::move(request));
    }
  }
  std::vector<float> of_pass(const std::string& id, std::size_t of) {
    return tensor_of(chain.value<Pass>(id, of).result().logits).values;
  }
  std::vector<float> of_variant(std::size_t of, std::size_t variant = 0) {
    return tensor_of(chain.value<Variants>("patched", of).results.at(variant).logits).values;
  }
};

void expect_near(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5F) << i;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(double{a[i]} - double{b[i]}));
  return most;
}

TEST(FromPass, ThatTakesAllIsTheOtherPass) {
  for (const char* at : {"blocks.0.hook_resid_pre", "blocks.1.hook_resid_post", "hook_embed"}) {
    Patching made(std::string("{at: ") + at + ", with: {from: clean}}");
    for (const std::size_t of : {0, 1}) {
      SCOPED_TRACE(at);
      EXPECT_GT(distance(made.of_pass("clean", of), made.of_pass("corrupted", of)), 1e-3);
      expect_near(made.of_variant(of), made.of_pass("clean", of));
    }
  }
}

TEST(FromPass, OfThePassItselfChangesNothing) {
  for (const char* at : {"blocks.*.attn.hook_z[*]", "blocks.*.attn.hook_pattern[1]", "blocks.*.hook_mlp_out",
                         "blocks.*.attn.hook_k", "blocks.*.mlp.hook_post", "hook_pos_embed"}) {
    Patching made(std::string("{at: \"") + at + "\", with: {from: corrupted}}", two_prompts(), "corrupted");
    const auto& variants = made.chain.value<Variants>("patched");
    for (std::size_t i = 0; i < variants.results.size(); ++i) {
      SCOPED_TRACE(at);
      EXPECT_EQ(made.of_variant(0, i), made.of_pass("corrupted", 0));  // to the bit
    }
    EXPECT_EQ(made.chain.cost("patched").flops, 0) << at;
  }
}

/// Prompts whose texts have the first two tokens in common, and all of them.
std::vector<pipeline::Prompt> alike_prompts() {
  return {prompt("a", {45, 49, 73, 92, 7}, "[45, 49, 24, 92, 7]"), prompt("b", {73, 30, 5}, "[73, 30, 5]")};
}

TEST(FromPass, BeforeTheFirstTokenThatDiffersNothingIsComputedOrChanged) {
  Patching made("{at: \"blocks.*.hook_resid_pre\", with: {from: clean}, positions: each}", alike_prompts());
  for (std::size_t layer = 0; layer < 2; ++layer) {
    for (const std::size_t position : {0U, 1U})
      EXPECT_EQ(made.of_variant(0, layer * 5 + position), made.of_pass("corrupted", 0)) << position;
    EXPECT_GT(distance(made.of_variant(0, layer * 5 + 2), made.of_pass("corrupted", 0)), 1e-4);
    for (const std::size_t position : {0U, 1U, 2U})
      EXPECT_EQ(made.of_variant(1, layer * 5 + position), made.of_pass("corrupted", 1)) << position;
  }
  EXPECT_EQ(made.chain.value<Variants>("patched", 1).fits,
            (std::vector<bool>{true, true, true, false, false, true, true, true, false, false}));
  Patching rest("{at: \"blocks.*.hook_resid_pre\", with: {from: clean}, positions: [2]}", alike_prompts());
  Patching all("{at: \"blocks.*.hook_resid_pre\", with: {from: clean}, positions: [0, 1, 2]}",
               alike_prompts());
  EXPECT_EQ(all.chain.cost("patched").flops, rest.chain.cost("patched").flops);
  for (const std::size_t layer : {0U, 1U}) EXPECT_EQ(all.of_variant(0, layer), rest.of_variant(0, layer));
}

// What others have changed becomes what the other pass has.
TEST(FromPass, WhatOtherEditsChangedIsPutBackWhereTheTextsAreAlike) {
  const std::string mend = "{at: blocks.1.hook_resid_pre, positions: \"1:\", with: {from: clean}}";
  Patching made(
      "{variants: [{name: both, edits: [{at: blocks.0.hook_resid_pre, positions: [1], with: zero}, " + mend +
          "]}, {name: one, edits: [" + mend + "]}]}",
      alike_prompts());
  expect_near(made.of_variant(0, 0), made.of_variant(0, 1));
  expect_near(made.of_variant(1, 0), made.of_pass("corrupted", 1));
}

TEST(FromPass, APassWithEditsOfItsOwnMayDifferAnywhere) {
  StageChain chain(golden_model("three_heads"), alike_prompts());
  chain.add("tokens", "tokenize");
  chain.add("clean", "forward", "{}", {"tokens"});
  chain.add("edited", "forward", "{edits: [{at: blocks.0.hook_resid_pre, positions: [0], with: zero}]}",
            {"tokens"});
  chain.add("patched", "ablate", "{at: blocks.1.hook_resid_pre, positions: [0], with: {from: edited}}",
            {"clean", "", "edited"});
  chain.add("scores", "measure.prediction", "{metrics: top_token}", {"clean", "patched"});
  EXPECT_GT(chain.cost("patched").flops, 0);
}

TEST(FromPass, AtOnePositionIsItsVector) {
  for (const auto& [at, head] :
       {std::pair("blocks.0.hook_resid_mid", false), std::pair("blocks.0.attn.hook_z[1]", true)}) {
    Patching made(std::string("{at: \"") + at + "\", with: {from: clean}, positions: [2]}",
                  {two_prompts()[0]});
    const HookPoint place{head ? HookKind::z : HookKind::resid_mid, 0};
    PassRequest request;
    request.keep(place, Positions::at({2}));
    const auto asked = made.chain.ask("clean", std::move(request));
    const auto row = asked->at(place, made.chain.value<Pass>("clean").view()).row(2, head ? 1 : 0);
    const Replacement value("value", std::vector<float>(row.begin(), row.end()));
    const Variant variant = {
        {place, head ? std::optional<std::size_t>(1) : std::nullopt, Positions::at({2}), value, {}}};
    ForwardPlan plan;
    plan.logits = {Positions::last()};
    const auto& corrupted = made.chain.value<Pass>("corrupted");
    const std::vector<EditedPrompt> edited = {{0, &variant}};
    const auto results = run_edited(made.chain.subject().model(), *corrupted.batch, edited, plan);
    EXPECT_EQ(made.of_variant(0), tensor_of(results.at(0).logits).values) << at;
    EXPECT_GT(distance(made.of_variant(0), made.of_pass("corrupted", 0)), 1e-5) << at;
  }
}

TEST(FromPass, EachPositionIsAVariantWhereThePromptHasIt) {
  Patching made("{at: \"blocks.*.hook_resid_pre\", with: {from: clean}, positions: each}");
  ASSERT_EQ(made.output.expands.size(), 3U);
  EXPECT_EQ(made.output.expands[2].name, "position");
  EXPECT_EQ(made.output.expands[2].size(), 4U);
  EXPECT_EQ(made.chain.value<Variants>("patched", 0).fits, std::vector<bool>(8, true));
  EXPECT_EQ(made.chain.value<Variants>("patched", 1).fits,
            (std::vector<bool>{true, true, false, false, true, true, false, false}));
  // Position 1 and 2 of the first prompt are the same token in both texts.
  expect_near(made.of_variant(0, 1), made.of_pass("corrupted", 0));
  EXPECT_GT(distance(made.of_variant(0, 0), made.of_pass("corrupted", 0)), 1e-4);
}

TEST(FromPass, NamedPositionsAreFoundInEachPrompt) {
  Patching by_name(
      "{at: blocks.1.hook_resid_pre, with: {from: clean}, positions: {column: name, offset: 1}}");
  Patching in_a("{at: blocks.1.hook_resid_pre, with: {from: clean}, positions: [3]}", {two_prompts()[0]});
  Patching in_b("{at: blocks.1.hook_resid_pre, with: {from: clean}, positions: [1]}", {two_prompts()[1]});
  expect_near(by_name.of_variant(0), in_a.of_variant(0));
  expect_near(by_name.of_variant(1), in_b.of_variant(0));
  EXPECT_GT(distance(by_name.of_variant(0), by_name.of_pass("corrupted", 0)), 1e-4);
}

TEST(FromPass, OtherPositionsOfTheOtherPassAreNamedOnBothSides) {
  const auto uneven = [] { return std::vector{prompt("a", {45, 49, 73, 92}, "[24, 73]")}; };
  Patching made("{at: blocks.0.hook_resid_pre, with: {from: clean, positions: [1]}, positions: [0]}",
                uneven());
  EXPECT_GT(distance(made.of_variant(0), made.of_pass("corrupted", 0)), 1e-4);
  const std::string message = refusal<pipeline::ParamError>(
      [&] { Patching("{at: blocks.0.hook_resid_pre, with: {from: clean}, positions: [0]}", uneven()); });
  for (const char* part : {"2 tokens", "4 in 'clean'", "name the positions on both sides"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
  const std::string counts = refusal<pipeline::ParamError>([&] {
    Patching("{at: blocks.0.hook_resid_pre, with: {from: clean, positions: [0, 1]}, positions: [0]}",
             uneven());
  });
  EXPECT_NE(counts.find("1 position edited, but 2 of the other pass"), std::string::npos) << counts;
}

TEST(FromPass, PatternsMustHaveTheKeysAndHideWhatIsBehindAQuery) {
  const auto short_one = [] { return std::vector{prompt("a", {45, 49, 73}, "[24, 49, 73, 30]")}; };
  for (const char* at : {"attn_scores", "pattern"}) {
    const std::string message = refusal<pipeline::ParamError>([&] {
      Patching(std::string("{at: blocks.0.attn.hook_") + at +
                   ", with: {from: clean, positions: all}, positions: \"1:\"}",
               short_one());
    });
    EXPECT_NE(message.find("key 3 edited, but the other pass has 3 tokens"), std::string::npos) << message;
  }
  StageChain chain(golden_model("three_heads"), {two_prompts()[0]});
  chain.add("tokens", "tokenize");
  chain.add("shown", "forward", "{edits: [{at: blocks.0.attn.hook_pattern, with: {value: 0.5}}]}",
            {"tokens"});
  chain.add("clean", "forward", "{}", {"tokens"});
  const std::string shown = refusal<pipeline::ParamError>([&] {
    chain.add("put", "ablate", "{at: blocks.0.attn.hook_pattern, with: {from: shown}}",
              {"clean", "", "shown"});
  });
  EXPECT_NE(shown.find("{from: shown}: 'shown' has an edit of its own"), std::string::npos) << shown;
}

void patch_at(const std::string& positions) {
  Patching("{at: blocks.0.hook_resid_pre, with: {from: clean}, positions: " + positions + "}",
           {prompt("a", {1, 2, 3, 4}, "[5, 6, 5, 7]")});
}

TEST(FromPass, RefusesATokenThatIsAbsentOrThereTwice) {
  const auto message_of = [](const std::string& positions) {
    return refusal<pipeline::ParamError>([&] { patch_at(positions); });
  };
  EXPECT_NE(message_of("{token: 9}").find("does not occur"), std::string::npos);
  EXPECT_NE(message_of("{token: 5}").find("occurs 2 times"), std::string::npos);
  EXPECT_NE(message_of("{token: 5, occurrence: 3}").find("occurrence 3 is not there"), std::string::npos);
  EXPECT_NE(message_of("{token: 7, offset: 1}").find("offset 1 from position 3 is outside"),
            std::string::npos);
  EXPECT_NE(message_of("{column: nobody}").find("has no column 'nobody'"), std::string::npos);
  EXPECT_NO_THROW(patch_at("{token: 5, occurrence: 2}"));
  EXPECT_NO_THROW(patch_at("{token: 5, occurrence: -2}"));
}

}  // namespace
}  // namespace hookflow::stages
