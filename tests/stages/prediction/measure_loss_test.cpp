#include <cmath>

#include <gtest/gtest.h>

#include "stages/subject/values.hpp"
#include "tests/support/plain_prediction.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

constexpr double kNear = 1e-6;
const std::vector<std::vector<std::int64_t>> kIds = {{45, 49, 73, 92, 3}, {24, 30}, {7}};

/// measure.loss of prompts of 5, 2 and 1 tokens.
struct Measured {
  StageChain chain;
  pipeline::Output output;

  explicit Measured(const std::string& params, const std::vector<std::string>& inputs = {"clean", ""})
      : chain(golden_model("three_heads"),
              {ids_prompt("a", kIds[0]), ids_prompt("b", kIds[1]), ids_prompt("c", kIds[2])}) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("silenced", "ablate", R"({at: "blocks.*.attn.hook_z[*]", positions: [-1], rows: 48})",
              {"clean"});
    output = chain.add("loss", "measure.loss", params, inputs);
  }
  std::vector<double> of(const std::string& variable, std::size_t prompt = 0) {
    return chain.numbers("loss", variable, prompt);
  }
  /// From the logits, by the plain formula.
  double wanted(std::size_t prompt, std::size_t position) {
    const PlainPrediction plain(chain.value<Pass>("clean", prompt).result().logits.row(position).values);
    return -plain.log_prob(static_cast<std::size_t>(kIds[prompt][position + 1]));
  }
};

TEST(MeasureLoss, IsThatOfTheTokenBehindEachPosition) {
  Measured measured("{}");
  EXPECT_EQ(measured.output.variables[0].axes[0].size(), 4U);
  for (std::size_t prompt = 0; prompt < 3; ++prompt) {
    const auto losses = measured.of("loss", prompt);
    ASSERT_EQ(losses.size(), 4U);
    double sum = 0;
    for (std::size_t position = 0; position < 4; ++position) {
      if (position + 1 < kIds[prompt].size()) {
        EXPECT_NEAR(losses[position], measured.wanted(prompt, position), kNear);
        sum += losses[position];
      } else {
        EXPECT_TRUE(std::isnan(losses[position]));  // the last has no next token
      }
    }
    const double mean = sum / static_cast<double>(kIds[prompt].size() - 1);  // 0 / 0 of one token
    EXPECT_EQ(std::isnan(mean), std::isnan(measured.of("mean_loss", prompt).at(0)));
    if (prompt == 2) continue;
    EXPECT_NEAR(measured.of("mean_loss", prompt).at(0), mean, kNear);
    EXPECT_NEAR(measured.of("perplexity", prompt).at(0), std::exp(mean), 1e-4);
  }
  EXPECT_TRUE(std::isnan(measured.of("perplexity", 2).at(0)));
}

TEST(MeasureLoss, ByHalfIsTheMeanOfTheFirstAndTheSecond) {
  Measured measured("{by: half}");
  const auto means = measured.of("mean_loss");
  const auto losses = measured.of("loss");
  ASSERT_EQ(means.size(), 2U);
  EXPECT_NEAR(means[0], (losses[0] + losses[1]) / 2, kNear);  // of 5 tokens positions 0 and 1; 2 and 3
  EXPECT_NEAR(means[1], (losses[2] + losses[3]) / 2, kNear);
  EXPECT_NEAR(measured.of("perplexity").at(1), std::exp(means[1]), kNear);
  EXPECT_NEAR(measured.of("mean_loss", 1).at(0), measured.of("loss", 1).at(0), kNear);
  EXPECT_TRUE(std::isnan(measured.of("mean_loss", 1).at(1)));
  EXPECT_TRUE(std::isnan(measured.of("mean_loss", 2).at(0)));
}

// Of an edit at the last position nothing is predicted that the prompt has.
TEST(MeasureLoss, OfVariantsComesWithTheChange) {
  Measured measured("{}", {"clean", "silenced"});
  EXPECT_EQ(measured.chain.variables("loss"),
            (std::vector<std::string>{"loss", "loss_change", "mean_loss", "mean_loss_change", "perplexity",
                                      "perplexity_change"}));
  for (const double change : measured.of("mean_loss_change")) EXPECT_EQ(change, 0);
  for (const double loss : measured.of("mean_loss")) EXPECT_GT(loss, 0);
}

TEST(MeasureLoss, OtherSharesAreRefused) {
  EXPECT_TRUE(names(refusal<pipeline::ParamError>([] { Measured("{by: third}"); }),
                    {"unknown value 'third'", "prompt, half"}));
}

}  // namespace
}  // namespace hookflow::stages
