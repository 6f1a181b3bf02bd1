#include "stages/edit/variant_list.hpp"

#include <gtest/gtest.h>

#include "model/gpt2/gpt2.hpp"
#include "tests/support/read_back.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tiny_model.hpp"

namespace hookflow::stages {
namespace {

using pipeline::ParamError;
using testing_support::names;
using testing_support::refusal;

/// 3 layers of 3 heads, 7 wide; prompts of 2 and of 4 tokens.
LabelledVariants list(const std::string& yaml) {
  Config config = testing::tiny_config();
  config.head_width = config.width / config.heads;
  config.modules = &gpt2::module_names();
  const auto prompts = testing_support::as_prompts(
      {testing_support::ids_prompt("short", {1, 2}), testing_support::ids_prompt("long", {1, 2, 3, 4})});
  std::vector<NamedVariant> named;
  pipeline::read_param(pipeline::parse_yaml_value(yaml), named);
  testing_support::NoSubject subject;
  const pipeline::PlanContext context{prompts, subject, {}, {}, 1};
  TokenFacts tokens;
  tokens.lengths = {2, 4};
  tokens.longest = 4;
  tokens.findings = context.findings;
  EditScope scope(config, context, tokens);
  LabelledVariants made = make_variant_list(named, scope);
  testing_support::raise_refusals(context);
  return made;
}

std::string refused(const std::string& yaml) {
  return refusal<ParamError>([&] { list(yaml); });
}

TEST(VariantList, NamesAreTheLabelsOfOneAxis) {
  const LabelledVariants made = list(R"([{name: b, edits: {at: "blocks.0.hook_mlp_out"}},
                                         {name: a, edits: {at: "blocks.1.hook_mlp_out"}}])");
  ASSERT_EQ(made.axes.size(), 1U);
  EXPECT_EQ(made.axes[0].name, "variant");
  EXPECT_EQ(made.axes[0].coordinates, pipeline::Coordinates(std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(made.variants.size(), 2U);
}

TEST(VariantList, EachEditHasItsOwnHookPointsReplacementAndPositions) {
  const LabelledVariants made = list(R"([{name: both, edits: [
      {at: ["blocks.2.attn.hook_z[1]", "blocks.0.hook_mlp_out"]},
      {at: "blocks.0,1.attn.hook_z[*]", except: "blocks.1.attn.hook_z[0,2]", with: {mean: head}, positions: last}]}])");
  const Variant& variant = made.variants.at(0);
  ASSERT_EQ(variant.size(), 6U);
  EXPECT_EQ(variant[0].at, (HookPoint{HookKind::z, 2}));
  EXPECT_EQ(variant[0].head, 1U);
  EXPECT_EQ(variant[1].at, (HookPoint{HookKind::mlp_out, 0}));
  EXPECT_FALSE(variant[1].head);
  EXPECT_EQ(variant[5].at, (HookPoint{HookKind::z, 1}));
  EXPECT_EQ(variant[5].head, 1U);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(variant[i].with, i < 2 ? Replacement() : Replacement("mean", "head"));
    EXPECT_EQ(variant[i].positions, i < 2 ? Positions::all() : Positions::last());
  }
  EXPECT_EQ(first_edit(variant), (HookPoint{HookKind::z, 0}));
}

TEST(VariantList, TwoEditsOfTheSameAreRefusedByTheirNumbers) {
  EXPECT_EQ(
      refused(R"([{name: a, edits: [{at: "blocks.0.attn.hook_z[1]"}, {at: "blocks.1.attn.hook_z[1]"},
                                          {at: "blocks.*.attn.hook_z[1,2]", except: "blocks.0.attn.hook_z"}]}])"),
      "variants: 'a': edit 2 and edit 3 both change blocks.1.attn.hook_z[1] at position 0 of prompt 'short'");
  EXPECT_TRUE(
      names(refused(R"([{name: a, edits: [{at: "blocks.0.attn.hook_z"}, {at: "blocks.0.attn.hook_z[1]"}]}])"),
            {"edit 1 and edit 2 both change blocks.0.attn.hook_z[1]"}));
}

TEST(VariantList, EditsOfOneHookPointMayHaveDifferentPositions) {
  EXPECT_EQ(list(R"([{name: a, edits: [{at: "blocks.0.attn.hook_z[1]", positions: 0},
                                       {at: "blocks.0.attn.hook_z[1]", positions: "1:", with: {value: 1}}]}])")
                .variants.at(0)
                .size(),
            2U);
  EXPECT_TRUE(names(refused(R"([{name: a, edits: [{at: "blocks.0.attn.hook_z[1]", positions: 1},
                                                  {at: "blocks.0.attn.hook_z[1]", positions: last}]}])"),
                    {"both change blocks.0.attn.hook_z[1] at position 1 of prompt 'short'"}));
}

TEST(VariantList, EveryProblemIsToldWithItsVariantAndEdit) {
  const std::string message = refused(R"([
      {name: a, edits: [{at: "blocks.0.attn.hook_z[1]"}, {at: "blocks.3.attn.hook_z[1]"}]},
      {name: b, edits: {at: "blocks.0.attn.hook_z[1]", with: {value: [1, 2]}}},
      {name: c, edits: {at: "blocks.0.hook_mlp_out", with: {mean: head}}}])");
  EXPECT_TRUE(
      names(message, {"variants:\n  'a', edit 2: at: 'blocks.3.attn.hook_z[1]'",
                      "\n  'b', edit 1: with: value: 2 numbers given, but a head of blocks.*.attn.hook_z "
                      "takes 7, one for each dimension\n",
                      "\n  'c', edit 1: with: {mean: head} needs a head"}));
}

TEST(VariantList, PromptThatLacksAPositionIsRefusedWithTheEdit) {
  EXPECT_TRUE(
      names(refused(R"([{name: b, edits: [{at: "blocks.0.hook_mlp_out"},
                                                  {at: "blocks.0.attn.hook_z[2]", positions: 2}]}])"),
            {"variants:", "prompt 'short': 'b', edit 2: position 2 is outside a prompt of 2 tokens"}));
}

}  // namespace
}  // namespace hookflow::stages
