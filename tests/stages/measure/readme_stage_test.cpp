// Runs README's example of a new stage, which is compiled into this program as it stands there.
#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

/// A model of 2 layers of width 48, with prompts of 4 and 2 tokens.
StageChain residual_norms() {
  StageChain chain(golden_model("three_heads"),
                   {ids_prompt("a", {45, 49, 73, 92}), ids_prompt("b", {24, 30})});
  chain.add("tokens", "tokenize");
  chain.add("clean", "forward", "{}", {"tokens"});
  chain.add("norms", "measure.residual_norm", "{}", {"clean"});
  return chain;
}

TEST(ReadmeStage, GetsWhatItAskedForInCompany) {
  StageChain chain = residual_norms();
  chain.add("vectors", "measure.activation", "{at: blocks.1.hook_resid_post}", {"clean", ""});
  const std::size_t lengths[] = {4, 2};
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const std::vector<double> vectors = chain.numbers("vectors", "resid_post", prompt);
    double squares = 0;
    for (std::size_t i = 0; i < 48; ++i) squares += std::pow(vectors[(lengths[prompt] - 1) * 48 + i], 2);
    EXPECT_NEAR(chain.numbers("norms", "norm", prompt).at(0), std::sqrt(squares), 1e-9 * std::sqrt(squares));
  }
}

TEST(ReadmeStage, AloneItIsTheSameButForRounding) {
  StageChain company = residual_norms();
  company.add("vectors", "measure.activation", "{at: blocks.1.hook_resid_post}", {"clean", ""});
  StageChain alone = residual_norms();
  for (std::size_t prompt = 0; prompt < 2; ++prompt)
    EXPECT_NEAR(alone.numbers("norms", "norm", prompt).at(0), company.numbers("norms", "norm", prompt).at(0),
                1e-4);
}

}  // namespace
}  // namespace hookflow::stages
