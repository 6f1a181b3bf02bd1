#include <cmath>

#include <gtest/gtest.h>

#include "stages/subject/values.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tensor_of.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

const std::string kZ = R"(at: "blocks.*.attn.hook_z[*]")";

StageChain replaced_by(const std::string& params) {
  StageChain chain(golden_model("three_heads"),
                   {ids_prompt("a", {45, 49, 73, 92}), ids_prompt("b", {24, 30})});
  chain.add("tokens", "tokenize");
  chain.add("clean", "forward", "{}", {"tokens"});
  chain.add("silenced", "ablate", params, {"clean"});
  chain.add("replaced_by", "measure.replacement", "{}", {"silenced"});
  return chain;
}

TEST(MeasureReplacement, ZeroAndValueAreWhatTheyAre) {
  StageChain chain = replaced_by("{" + kZ + ", with: [zero, {value: -0.25}]}");
  const std::vector<double> values = chain.numbers("replaced_by", "replaced_by");
  ASSERT_EQ(values.size(), 12U);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(values[i], i < 6 ? 0 : -0.25);
}

TEST(MeasureReplacement, MeanOfAHeadIsThatOfItsCleanActivation) {
  StageChain chain = replaced_by("{" + kZ + ", with: {mean: head}}");
  const std::vector<std::vector<std::int32_t>> ids = {{45, 49, 73, 92}, {24, 30}};
  ForwardPlan plan;
  plan.captures = {{{HookKind::z, 0}, Positions::all()}, {{HookKind::z, 1}, Positions::all()}};
  const CleanPass clean = run_clean(chain.subject().model(), ids, plan);
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const std::vector<double> values = chain.numbers("replaced_by", "replaced_by", prompt);
    for (std::size_t variant = 0; variant < 6; ++variant) {
      const Tensor z =
          tensor_of(clean.results[prompt].captured.at({HookKind::z, variant / 3}));  // (p, 3, 16)
      double sum = 0;
      for (std::size_t i = 0; i < z.values.size(); ++i) {
        if (i / 16 % 3 == variant % 3) sum += static_cast<double>(z.values[i]);
      }
      EXPECT_NEAR(values[variant], sum / static_cast<double>(z.values.size() / 3), 1e-6);
    }
  }
}

TEST(MeasureReplacement, WhatIsNoSingleNumberIsMissing) {
  StageChain chain = replaced_by("{" + kZ + ", with: {mean: positions}}");
  for (const double value : chain.numbers("replaced_by", "replaced_by")) EXPECT_TRUE(std::isnan(value));
}

TEST(MeasureReplacement, EditsOfOneVariantCountWhereTheyAgree) {
  StageChain chain = replaced_by(R"({variants: [
      {name: zeros, edits: [{at: "blocks.*.attn.hook_z[*]"}]},
      {name: differ, edits: [{at: "blocks.0.attn.hook_z[0]"}, {at: "blocks.1.attn.hook_z[0]", with: {value: 1}}]},
      {name: vector, edits: [{at: "blocks.0.hook_mlp_out", with: {mean: positions}}]}]})");
  const std::vector<double> values = chain.numbers("replaced_by", "replaced_by");
  EXPECT_EQ(values.at(0), 0);
  EXPECT_TRUE(std::isnan(values.at(1)));
  EXPECT_TRUE(std::isnan(values.at(2)));
}

TEST(MeasureReplacement, RowsAreThoseOfTheirPart) {
  StageChain chain =
      replaced_by("{" + kZ + ", with: [{value: 1}, {value: 2}], rows: 24}");  // 4 variants of 6 tokens
  const auto& measures = chain.value<pipeline::Measures>("replaced_by", 1, 1);
  EXPECT_EQ(measures.first, 4U);
  EXPECT_EQ(measures.count, 4U);
  EXPECT_EQ(chain.numbers("replaced_by", "replaced_by", 1, 1), (std::vector<double>{1, 1, 2, 2}));
}

}  // namespace
}  // namespace hookflow::stages
