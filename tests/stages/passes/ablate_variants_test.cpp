// Named variants against the grid's, against a plain model, and against doing nothing.
#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using testing::expect_close;
using testing::expected;
using testing::kTolerance;
using testing::NaiveGpt2;
using namespace testing_support;
using pipeline::ParamError;

const std::vector<std::int32_t> kIds = {45, 49, 73, 92};

/// An ablation of one prompt of 4 tokens, of a model of 2 layers of 3 heads, 16 wide.
struct Ablation {
  StageChain chain;
  pipeline::Output output;

  explicit Ablation(const std::string& params)
      : chain(golden_model("three_heads"), {ids_prompt("a", {kIds.begin(), kIds.end()})}) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    output = chain.add("edited", "ablate", params, {"clean"});
    PassRequest request;
    request.keep_logits(Positions::all());
    chain.ask("clean", request);
    chain.ask("edited", request);
  }
  Tensor logits(std::size_t variant) {
    return tensor_of(chain.value<Variants>("edited").results.at(variant).logits);
  }
  Tensor clean() { return tensor_of(chain.value<Pass>("clean").result().logits); }
  void expect_naive(std::size_t variant, const Variant& edits) {
    const NaiveGpt2 naive(chain.subject().model(), kIds, edits);
    const ForwardPlan::Capture capture{{HookKind::logits, 0}, Positions::all()};
    expect_close(logits(variant), expected(naive, capture, chain.subject().config(), kIds.size()), kTolerance,
                 "variant " + std::to_string(variant));
  }
};

std::string numbers(const std::vector<float>& values) {
  std::vector<double> wide(values.begin(), values.end());
  return to_json(pipeline::write_param(wide));
}

TEST(AblateVariants, OfOneEditEqualTheGridsToTheBit) {
  Ablation grid(R"({at: "blocks.*.attn.hook_z[0,2]", with: {mean: head}, positions: "1:"})");
  std::string variants;
  for (const char* at : {"blocks.0.attn.hook_z[0]", "blocks.0.attn.hook_z[2]", "blocks.1.attn.hook_z[0]",
                         "blocks.1.attn.hook_z[2]"}) {
    variants += std::string("{name: \"") + std::to_string(variants.size()) + "\", edits: {at: \"" + at +
                "\", with: {mean: head}, positions: \"1:\"}}, ";
  }
  Ablation named("{variants: [" + variants + "]}");
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(named.logits(i).values, grid.logits(i).values) << i;
}

TEST(AblateVariants, OfManyEditsEqualTheGridsTogetherToTheBit) {
  Ablation grid(
      R"({at: "blocks.*.attn.hook_z[*]", except: "blocks.1.attn.hook_z[1]", together: [layer, head]})");
  Ablation named(
      R"({variants: {name: all_but_one, edits: {at: "blocks.*.attn.hook_z[*]", except: "blocks.1.attn.hook_z[1]"}}})");
  EXPECT_EQ(named.logits(0).values, grid.logits(0).values);
  EXPECT_NE(named.logits(0).values, named.clean().values);
}

TEST(AblateVariants, MatchThePlainModel) {
  const std::vector<float> rome(16, 0.5F);
  Ablation made(R"({variants: [
      {name: both, edits: [{at: "blocks.1.attn.hook_z[2]", with: {mean: head}}, {at: "blocks.0.attn.hook_z[0]"}]},
      {name: mean and add, edits: [{at: "blocks.0.attn.hook_z[1]", with: {mean: positions}, positions: last},
                                   {at: "blocks.0.attn.hook_z[2]", with: {add: )" +
                numbers(rome) + R"(}},
                                   {at: "blocks.0.attn.hook_z[1]", with: {value: )" +
                numbers(rome) + R"(}, positions: "0:2"}]},
      {name: one layer, edits: [{at: "blocks.1.hook_mlp_out", positions: 2}, {at: "blocks.1.attn.hook_pattern[0]"},
                                {at: "blocks.1.attn.hook_v", with: {value: -1}}]}]})");
  const auto at = [](HookKind kind, std::size_t layer) { return HookPoint{kind, layer}; };
  using enum HookKind;
  made.expect_naive(0, {{at(z, 0), 0, {}, {}}, {at(z, 1), 2, {}, Replacement("mean", "head")}});
  made.expect_naive(1, {{at(z, 0), 1, Positions::at({3}), Replacement("mean", "positions")},
                        {at(z, 0), 2, {}, Replacement("add", rome)},
                        {at(z, 0), 1, Positions::at({0, 1}), Replacement("value", rome)}});
  made.expect_naive(2, {{at(mlp_out, 1), {}, Positions::at({2}), {}},
                        {at(pattern, 1), 0, {}, {}},
                        {at(v, 1), {}, {}, Replacement("value", -1.0F)}});
}

// Each position of two heads is given the value that it has.
TEST(AblateVariants, WhoseValuesAreTheCleanOnesChangeNothing) {
  Ablation plain(R"({at: "blocks.0.attn.hook_z[0]"})");
  ForwardPlan plan;
  plan.captures = {{{HookKind::z, 0}, Positions::all()}, {{HookKind::z, 1}, Positions::all()}};
  const CleanPass clean =
      run_clean(plain.chain.subject().model(), std::vector<std::vector<std::int32_t>>{kIds}, plan);
  std::string edits;
  for (const auto& [layer, head] : {std::pair{0U, 1U}, std::pair{1U, 2U}}) {
    const CapturedRows& z = clean.results[0].captured.at({HookKind::z, layer});
    for (std::size_t position = 0; position < 4; ++position) {
      const auto own = z.row(position, head);
      edits += "{at: \"blocks." + std::to_string(layer) + ".attn.hook_z[" + std::to_string(head) +
               "]\", with: {value: " + numbers({own.begin(), own.end()}) +
               "}, positions: " + std::to_string(position) + "}, ";
    }
  }
  Ablation made("{variants: {name: own, edits: [" + edits + "]}}");
  expect_close(made.logits(0), made.clean().values, 1e-6, "logits");
}

TEST(AblateVariants, HaveOneAxisOfTheirNames) {
  const Ablation made(R"({variants: [{name: a, edits: {at: "blocks.0.hook_mlp_out"}}]})");
  ASSERT_EQ(made.output.expands.size(), 1U);
  EXPECT_EQ(made.output.expands[0].name, "variant");
}

std::string refused(const std::string& params) {
  return refusal<ParamError>([&] { Ablation{params}; });
}

TEST(AblateVariants, StandInsteadOfTheGrid) {
  const std::string variants = R"(variants: {name: a, edits: {at: "blocks.0.hook_mlp_out"}})";
  for (const std::string key : {R"(at: "blocks.0.hook_mlp_out")", "with: {value: 1}", "positions: last",
                                R"(except: "blocks.0.hook_mlp_out")", "together: layer"}) {
    EXPECT_EQ(refused("{" + variants + ", " + key + "}"),
              key.substr(0, key.find(':')) +
                  ": cannot be given together with variants; must be in the edits of a variant");
  }
  EXPECT_TRUE(names(refused("{}"), {"at: is missing, and so is variants; write at: ", "or variants: "}));
}

}  // namespace
}  // namespace hookflow::stages
