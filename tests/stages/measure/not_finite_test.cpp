#include <gtest/gtest.h>

#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

/// Why a stage fails a prompt whose activations overflow from block 0 on.
std::string failure(const std::string& stage, const std::string& params) {
  StageChain chain(golden_model("three_heads"), {ids_prompt("a", {45, 49, 73}, {{"target", "13"}})});
  chain.add("tokens", "tokenize");
  chain.add("clean", "forward", "{}", {"tokens"});
  chain.add("huge", "ablate", "{at: blocks.0.mlp.hook_post, with: {value: 3e38}}", {"clean"});
  chain.add("measured", stage, params, {stage == "measure.prediction" ? "clean" : "", "huge"});
  const pipeline::Outcome& outcome = chain.run("measured").at(0);
  EXPECT_FALSE(outcome.value) << stage << " " << params;
  return outcome.failure;
}

// Stored, it would read as a missing value, and aggregates would leave it out.
TEST(NotFinite, FailsThePromptWhateverMeasuresIt) {
  const std::string finite = "must be finite";
  const auto at = [](const std::string& place) { return "{at: \"blocks.1." + place + "\"}"; };
  for (const std::string place : {"hook_resid_pre", "attn.hook_q[1]", "attn.hook_pattern[2]", "attn.hook_z",
                                  "attn.hook_scores_raw[0]", "attn.hook_attn_scores[1]"})
    EXPECT_TRUE(
        names(failure("measure.activation", at(place)), {"blocks.1." + place, " at position ", finite}));
  for (const std::string place : {"hook_pattern[2]", "hook_scores_raw[0]", "hook_attn_scores[1]"})
    EXPECT_TRUE(names(failure("measure.attention", at("attn." + place)), {place, ", key 0", finite}));
  EXPECT_TRUE(names(failure("measure.attention", "{at: \"blocks.1.attn.hook_scores_raw\", heads: cross}"),
                    {"blocks.1.attn.hook_", " at position ", finite}));
  EXPECT_TRUE(names(failure("measure.cosine", at("hook_resid_post")), {"blocks.1.hook_resid_post", finite}));
  EXPECT_TRUE(names(failure("gather", "{at: blocks.1.attn.hook_k, position: 1}"),
                    {"blocks.1.attn.hook_k[0] at position 1", finite}));
  EXPECT_TRUE(names(failure("measure.vocabulary", "{}"), {"the logit of token id 0 at position 2", finite}));
  EXPECT_TRUE(names(failure("measure.prediction", "{}"), {"the logit of token id 0 at position 2", finite}));
  EXPECT_TRUE(names(failure("measure.prediction", "{metrics: logit}"),
                    {"ln_final.hook_normalized at position 2, dimension 0", finite}));
}

}  // namespace
}  // namespace hookflow::stages
