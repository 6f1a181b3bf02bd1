#include "stages/edit/edit_targets.hpp"

#include <gtest/gtest.h>

#include "model/gpt2/gpt2.hpp"
#include "pipeline/yaml/param.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow::stages {
namespace {

using pipeline::ParamError;
using testing_support::names;
using testing_support::refusal;

Config three_heads() {
  Config config;
  config.layers = 2;
  config.heads = 3;
  config.width = 48;
  config.head_width = 16;
  config.modules = &gpt2::module_names();
  return config;
}

using Texts = std::vector<std::string>;

Texts targets(const Texts& at, const Texts& except = {}) {
  Texts texts;
  for (const EditTarget& target : edit_targets(at, except, three_heads())) texts.push_back(to_string(target));
  return texts;
}

TEST(EditTargets, AreInTheOrderInWhichTheyAreNamed) {
  EXPECT_EQ(targets({"blocks.1.hook_mlp_out", "blocks.*.attn.hook_z[0,2]"}),
            (Texts{"blocks.1.hook_mlp_out", "blocks.0.attn.hook_z[0]", "blocks.0.attn.hook_z[2]",
                   "blocks.1.attn.hook_z[0]", "blocks.1.attn.hook_z[2]"}));
  EXPECT_EQ(targets({"h.1.attn.c_attn:output"}),
            (Texts{"blocks.1.attn.hook_q", "blocks.1.attn.hook_k", "blocks.1.attn.hook_v"}));
}

TEST(EditTargets, AllHeadsButOne) {
  EXPECT_EQ(targets({"blocks.*.attn.hook_z[*]"}, {"blocks.1.attn.hook_z[1]"}),
            (Texts{"blocks.0.attn.hook_z[0]", "blocks.0.attn.hook_z[1]", "blocks.0.attn.hook_z[2]",
                   "blocks.1.attn.hook_z[0]", "blocks.1.attn.hook_z[2]"}));
}

TEST(EditTargets, ExceptionWithoutHeadsLeavesOutThemAll) {
  EXPECT_EQ(targets({"blocks.*.attn.hook_z[1,2]"}, {"blocks.0.attn.hook_z"}),
            (Texts{"blocks.1.attn.hook_z[1]", "blocks.1.attn.hook_z[2]"}));
  EXPECT_EQ(targets({"blocks.*.hook_mlp_out"}, {"blocks.0.hook_mlp_out"}), (Texts{"blocks.1.hook_mlp_out"}));
}

std::string refused(const Texts& at, const Texts& except = {}) {
  return refusal<ParamError>([&] { targets(at, except); });
}

TEST(EditTargets, WhatIsNotThereOrCannotBeEditedIsRefused) {
  EXPECT_TRUE(names(refused({"blocks.2.attn.hook_z"}), {"at: ", "2", "0-1"}));
  EXPECT_TRUE(names(refused({"ln_final.hook_scale"}), {"at: ln_final.hook_scale cannot be edited"}));
  EXPECT_TRUE(
      names(refused({"blocks.0.attn.hook_z[*]"}, {"blocks.0.attn.hook_z[3]"}), {"except: ", "3", "0-2"}));
}

TEST(EditTargets, TwiceIsRefused) {
  EXPECT_TRUE(names(refused({"blocks.0.attn.hook_z[0]", "blocks.*.attn.hook_z[0,1]"}),
                    {"at: 'blocks.*.attn.hook_z[0,1]': blocks.0.attn.hook_z[0] is given twice"}));
  EXPECT_TRUE(names(refused({"blocks.0.attn.hook_z[0]", "h.0.attn.c_proj:input"}),
                    {"at: 'h.0.attn.c_proj:input': blocks.0.attn.hook_z is given twice"}));
}

TEST(EditTargets, ExceptionWithoutEffectIsRefused) {
  EXPECT_TRUE(names(refused({"blocks.0.attn.hook_z[*]"}, {"blocks.1.attn.hook_z[0]"}),
                    {"except: 'blocks.1.attn.hook_z[0]' names nothing that `at` edits"}));
  EXPECT_TRUE(names(refused({"blocks.0.attn.hook_z[0]"}, {"blocks.0.attn.hook_q[0]"}),
                    {"names nothing that `at` edits"}));
}

TEST(EditTargets, HeadCannotBeLeftOutOfAWhole) {
  EXPECT_TRUE(names(refused({"blocks.*.attn.hook_z"}, {"blocks.1.attn.hook_z[0]"}),
                    {"except: `at` edits blocks.1.attn.hook_z as a whole", "write [*]",
                     "to leave out blocks.1.attn.hook_z[0]"}));
}

TEST(EditTargets, NothingLeftIsRefused) {
  EXPECT_EQ(refused({"blocks.0.attn.hook_z[*]"}, {"blocks.*.attn.hook_z"}),
            "except: no hook point is left to edit");
}

}  // namespace
}  // namespace hookflow::stages
