// What ships in workflows/ and in the prompts they read must be what the experiments say, under nano's
// tokenizer and under GPT-2's.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "model/tokenizer/tokenizer.hpp"
#include "pipeline/prompts/prompts.hpp"
#include "pipeline/workflow/workflow.hpp"

namespace hookflow {
namespace {

namespace fs = std::filesystem;
const fs::path kSource = HOOKFLOW_SOURCE_DIR;

/// Once for each tokenizer; GPT-2's is brought by tests/run.sh.
class ShippedPrompts : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "nano") {
      tokenizer_.emplace(Tokenizer::load(kSource / "model/nano"));
      return;
    }
    const char* directory = std::getenv("HOOKFLOW_GPT2_TOKENIZER");
    if (directory != nullptr && *directory != '\0') {
      tokenizer_.emplace(Tokenizer::load(directory));
    } else if (std::getenv("HOOKFLOW_REQUIRE_REFERENCES") != nullptr) {
      FAIL() << "HOOKFLOW_GPT2_TOKENIZER names no directory with GPT-2's vocabulary";
    } else {
      GTEST_SKIP()
          << "HOOKFLOW_GPT2_TOKENIZER names no directory with GPT-2's vocabulary: tests/run.sh makes one";
    }
  }

  /// The tokens of each prompt of a shipped workflow.
  [[nodiscard]] std::vector<std::vector<std::int32_t>> tokens(const std::string& workflow) const {
    std::vector<std::vector<std::int32_t>> all;
    for (const pipeline::Prompt& prompt : prompts(workflow))
      all.push_back(tokenizer_->encode(prompt.text.value()));
    return all;
  }
  [[nodiscard]] static pipeline::Prompts prompts(const std::string& workflow) {
    const pipeline::WorkflowSpec spec = pipeline::read_workflow(kSource / "workflows" / workflow, {});
    return pipeline::read_prompts(spec.prompts, {spec.base, spec.file});
  }
  [[nodiscard]] std::int32_t only_token(const std::string& text) const {
    const std::vector<std::int32_t> ids = tokenizer_->encode(text);
    EXPECT_EQ(ids.size(), 1U) << "'" << text << "'";
    return ids.front();
  }

  std::optional<Tokenizer> tokenizer_;
};

TEST_P(ShippedPrompts, FiftyFourSentencesHoldHerOnce) {
  const std::int32_t her = only_token(" her");
  const auto sentences = tokens("qkv_similarity.yaml");
  EXPECT_EQ(sentences.size(), 54U);
  std::set<std::ptrdiff_t> places;
  for (const auto& ids : sentences) {
    EXPECT_EQ(std::count(ids.begin(), ids.end(), her), 1);
    EXPECT_GE(ids.size(), 5U);
    EXPECT_LE(ids.size(), 8U);
    places.insert(std::find(ids.begin(), ids.end(), her) - ids.begin());
  }
  EXPECT_FALSE(places.contains(0)) << "there is no token before it";
  EXPECT_GT(places.size(), 1U) << "it must stand at differing positions";
}

TEST_P(ShippedPrompts, TextsHaveTheLengthsOfTheExperiments) {
  EXPECT_EQ(tokens("cosine_ripple.yaml").at(0).size(), 9U);
  EXPECT_EQ(tokens("attention_scores.yaml").at(0).size(), 38U);
}

TEST_P(ShippedPrompts, PizzaHoldsWhatIsCompared) {
  const auto ids = tokens("pizza.yaml").at(0);
  for (const std::string word : {" butter", " pizza"})
    EXPECT_EQ(std::count(ids.begin(), ids.end(), only_token(word)), 1) << word;
  const auto fruit = tokenizer_->encode(" " + prompts("pizza.yaml")[0].columns.at("fruit"));
  EXPECT_NE(std::search(ids.begin(), ids.end(), fruit.begin(), fruit.end()), ids.end());
  if (GetParam() == "gpt2") {
    EXPECT_EQ(ids.size(), 9U);
    EXPECT_EQ(fruit.size(), 1U);
  }
}

TEST_P(ShippedPrompts, ListsAreSaidTwiceTokenForToken) {
  const auto lists = tokens("induction.yaml");
  EXPECT_EQ(lists.size(), 50U);
  for (const auto& ids : lists) {
    ASSERT_EQ(ids.size(), 20U);
    EXPECT_TRUE(std::equal(ids.begin(), ids.begin() + 10, ids.begin() + 10));
    EXPECT_EQ(std::set<std::int32_t>(ids.begin(), ids.end()).size(), 10U) << "no token stands three times";
  }
}

// Whose keys are numbers, before and behind the subject.
TEST_P(ShippedPrompts, FactsAreTheirSubjectBetweenThreeTokensAndFour) {
  const auto facts = prompts("attention_knockout.yaml");
  const auto ids = tokens("attention_knockout.yaml");
  EXPECT_EQ(ids.size(), 48U);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto subject = tokenizer_->encode(" " + facts[i].columns.at("subject"));
    ASSERT_EQ(ids[i].size(), 3 + subject.size() + 4);
    EXPECT_TRUE(std::equal(subject.begin(), subject.end(), ids[i].begin() + 3));
    EXPECT_NE(only_token(facts[i].columns.at("target")), subject.front());
  }
}

TEST_P(ShippedPrompts, NamedTokensAreTokens) {
  for (const std::string workflow : {"head_ablation.yaml", "head_sweep.yaml", "indirect_object.yaml",
                                     "logit_lens.yaml", "direct_contributions.yaml", "ablation_kinds.yaml"}) {
    for (const pipeline::Prompt& prompt : prompts(workflow)) {
      EXPECT_NE(only_token(prompt.columns.at("target")), only_token(prompt.columns.at("contrast")));
    }
  }
  if (GetParam() == "gpt2") {
    EXPECT_EQ(tokens("head_sweep.yaml").at(0), (std::vector<std::int32_t>{24814, 2815, 318, 262, 3139, 286}));
    EXPECT_EQ(only_token(" Germany"), 4486);
    EXPECT_EQ(only_token(" France"), 4881);
    EXPECT_EQ(only_token(" her"), 607);
  }
}

INSTANTIATE_TEST_SUITE_P(Tokenizer, ShippedPrompts, testing::Values("nano", "gpt2"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace hookflow
