#include "stages/subject/token_logits.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "model/numerics/ops.hpp"
#include "pipeline/error.hpp"
#include "tests/support/stage_inputs.hpp"
#include "tests/support/tiny_model.hpp"

namespace hookflow::stages {
namespace {

using testing_support::names;
using testing_support::refusal;

class OfAToken : public ::testing::Test {
 protected:
  [[nodiscard]] TokenLogits logits(const std::string& by = {}) const { return {tiny_.model, vector_, 5, by}; }
  /// The product with the whole unembedding.
  [[nodiscard]] std::vector<float> product() const {
    std::vector<float> all(tiny_.model.config.vocabulary);
    linear_transposed({vector_.data(), 1, vector_.size()}, tiny_.model.weights.unembedding,
                      tiny_.model.weights.unembedding_bias, {all.data(), 1, all.size()});
    return all;
  }

  testing::TinyModel tiny_{testing::tiny_config()};
  std::vector<float> bias_ = tiny_.vector(tiny_.model.config.vocabulary);
  std::vector<float> vector_ = tiny_.vector(tiny_.model.config.width);
};

TEST_F(OfAToken, IsItsColumnOfTheProduct) {
  for (const bool biased : {false, true}) {
    if (biased) tiny_.model.weights.unembedding_bias = bias_;
    const std::vector<float> all = product();
    for (std::size_t id = 0; id < all.size(); ++id)
      EXPECT_NEAR(logits().of(static_cast<std::int32_t>(id)), double{all[id]}, 1e-6) << id;
  }
}

TEST_F(OfAToken, OutsideTheVocabularyIsAnErrorOfOurs) {
  EXPECT_THROW(static_cast<void>(logits().of(-1)), std::logic_error);
  EXPECT_THROW(static_cast<void>(logits().of(static_cast<std::int32_t>(tiny_.model.config.vocabulary))),
               std::logic_error);
}

TEST_F(OfAToken, ThatIsNoNumberFailsThePrompt) {
  tiny_.model.weights.unembedding_bias = bias_;
  bias_[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NO_THROW(static_cast<void>(logits().of(2)));  // what nobody reads is nobody's failure
  const auto failure = [&](const std::string& by) {
    return refusal<pipeline::PromptFailure>([&] { static_cast<void>(logits(by).of(3)); });
  };
  EXPECT_EQ(failure(""),
            "the logit of token id 3 at position 5 is not a number; what is measured must be finite");
  EXPECT_TRUE(failure("by the lens ").starts_with("by the lens the logit of token id 3 at position 5"));
}

}  // namespace
}  // namespace hookflow::stages
