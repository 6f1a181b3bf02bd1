#include <cmath>

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/plain_prediction.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tensor_of.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::ParamError;

constexpr std::size_t kVocabulary = 97;

struct Measured {
  StageChain chain{golden_model("three_heads"), {ids_prompt("a", {45, 49, 73}), ids_prompt("b", {24})}};
  pipeline::Output words;

  explicit Measured(const std::vector<std::string>& inputs) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("silenced", "ablate", R"({at: "blocks.*.attn.hook_z[0]"})", {"clean"});
    words = chain.add("words", "measure.vocabulary", "{}", inputs);
  }
};

TEST(MeasureVocabulary, OfACleanPassIsItsLogSoftmax) {
  Measured measured({"clean", ""});
  ASSERT_EQ(measured.words.variables.size(), 1U);
  EXPECT_EQ(measured.words.variables[0].axes.at(0).size(), kVocabulary);
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const PlainPrediction plain(
        tensor_of(measured.chain.value<Pass>("clean", prompt).result().logits).values);
    const auto values = measured.chain.numbers("words", "log_prob", prompt);
    ASSERT_EQ(values.size(), kVocabulary);
    double sum = 0;
    for (std::size_t id = 0; id < kVocabulary; ++id) {
      EXPECT_NEAR(values[id], plain.log_prob(id), 1e-5);
      sum += std::exp(values[id]);
    }
    EXPECT_NEAR(sum, 1, 1e-5);
  }
}

TEST(MeasureVocabulary, OfVariantsIsARowEach) {
  Measured measured({"", "silenced"});
  const auto& variants = measured.chain.value<Variants>("silenced", 1);
  const auto values = measured.chain.numbers("words", "log_prob", 1);
  ASSERT_EQ(variants.results.size(), 2U);
  ASSERT_EQ(values.size(), 2 * kVocabulary);
  for (std::size_t v = 0; v < 2; ++v) {
    const PlainPrediction plain(tensor_of(variants.results[v].logits).values);
    for (std::size_t id = 0; id < kVocabulary; ++id) {
      EXPECT_NEAR(values[v * kVocabulary + id], plain.log_prob(id), 1e-5);
    }
  }
}

TEST(MeasureVocabulary, TakesTheLastOfMorePositions) {
  Measured measured({"clean", ""});
  measured.chain.add("everywhere", "measure.prediction", "{metrics: [top_token], positions: all}",
                     {"clean", ""});
  const auto values = measured.chain.numbers("words", "log_prob");
  const auto likeliest = std::max_element(values.begin(), values.end()) - values.begin();
  EXPECT_EQ(measured.chain.numbers("everywhere", "top_token").at(2), static_cast<double>(likeliest));
}

TEST(MeasureVocabulary, BothInputsOrNoneAreRefused) {
  EXPECT_TRUE(names(refusal<ParamError>([] {
                      Measured({"clean", "silenced"});
                    }),
                    {"in: clean and edited passes are both given"}));
  EXPECT_TRUE(names(refusal<ParamError>([] {
                      Measured({"", ""});
                    }),
                    {"in: clean and edited passes are both given"}));
}

}  // namespace
}  // namespace hookflow::stages
