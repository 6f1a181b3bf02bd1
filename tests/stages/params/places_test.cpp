#include "stages/params/places.hpp"

#include <set>

#include <gtest/gtest.h>

#include "model/gpt2/gpt2.hpp"
#include "pipeline/yaml/param.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow::stages {
namespace {

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

TEST(Places, OneSelectionAKind) {
  const auto places = read_places({"blocks.*.attn.hook_q[0,2]", "ln_final.hook_normalized"}, three_heads());
  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(points(places[0]), (std::vector<HookPoint>{{HookKind::q, 0}, {HookKind::q, 1}}));
  EXPECT_EQ(heads_of(places[0], three_heads()), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(points(places[1]), (std::vector<HookPoint>{{HookKind::ln_final_normalized, 0}}));
  EXPECT_EQ(heads_of(places[1], three_heads()), (std::vector<std::size_t>{0}));
}

TEST(Places, PlaceAsAWholeHasEveryHead) {
  const auto places = read_places({"h.1.attn.c_attn:output"}, three_heads());
  ASSERT_EQ(places.size(), 3U);
  for (const auto& place : places) {
    EXPECT_EQ(heads_of(place, three_heads()), (std::vector<std::size_t>{0, 1, 2}));
  }
}

TEST(Places, VariablesAreNamedByTheKindAndEachOnce) {
  EXPECT_EQ(variable_name(HookKind::resid_post), "resid_post");
  EXPECT_EQ(variable_name(HookKind::q), "q");
  EXPECT_EQ(variable_name(HookKind::attn_scores), "attn_scores");
  EXPECT_EQ(variable_name(HookKind::ln1_scale), "ln1_scale");
  EXPECT_EQ(variable_name(HookKind::mlp_pre), "mlp_pre");
  EXPECT_EQ(variable_name(HookKind::mlp_out), "mlp_out");
  EXPECT_EQ(variable_name(HookKind::ln_final_normalized), "ln_final_normalized");
  std::set<std::string> all;
  for (const HookKind kind : all_hook_kinds()) all.insert(variable_name(kind));
  EXPECT_EQ(all.size(), all_hook_kinds().size());
}

TEST(Places, UnknownNameIsRefusedWithTheNearest) {
  const auto expect_nearest = [](const std::string& name, const std::string& nearest) {
    EXPECT_EQ(refusal<pipeline::ParamError>([&] { read_places({name}, three_heads()); }),
              "at: '" + name + "': no hook point has this name (did you mean '" + nearest + "'?)");
  };
  expect_nearest("blocks.1.attn.hook_zz", "blocks.*.attn.hook_z");
  expect_nearest("blocks.1.hook_residpost", "blocks.*.hook_resid_post");
  expect_nearest("h.1.attn.cproj:input", "h.*.attn.c_proj:input");
  expect_nearest("ln_final.hook_norm", "ln_final.hook_scale");
}

TEST(Places, UnknownAndTwiceAreRefused) {
  const auto problem = [](const std::vector<std::string>& at) {
    return refusal<pipeline::ParamError>([&] { read_places(at, three_heads()); });
  };
  EXPECT_TRUE(names(problem({"blocks.0.hook_resid_pots"}), {"at: ", "hook_resid_post"}));
  EXPECT_TRUE(names(problem({"blocks.0.hook_resid_post", "blocks.1.hook_resid_post"}),
                    {"at: 'blocks.1.hook_resid_post'", "is given twice"}));
}

}  // namespace
}  // namespace hookflow::stages
