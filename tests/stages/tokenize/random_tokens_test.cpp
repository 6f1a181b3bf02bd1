// Prompts of token ids that are drawn from a model's vocabulary.
#include <chrono>
#include <set>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/prompts/prompts.hpp"
#include "stages/subject/model_subject.hpp"
#include "tests/support/small_tokenizer.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Prompts;
using RandomIds = std::vector<std::int64_t>;

/// A model without weights, with a tokenizer of bytes, "ab" and <|endoftext|>: 258 tokens, and two rows more.
class RandomTokens : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::SmallTokenizer{{{"a", "b"}}}.write_vocab_and_merges(model_);
    write_config(R"(, "bos_token_id": 257)");
  }
  void write_config(const std::string& more) {
    model_.write("config.json", R"({"model_type": "gpt2", "n_layer": 1, "n_head": 1, "n_embd": 4,
                                    "n_positions": 1000, "vocab_size": 260)" +
                                    more + "}");
  }
  Prompts drawn(const std::string& yaml) {
    ModelSubject subject(model_.path().string());
    return pipeline::read_prompts(
        pipeline::parse_yaml("{" + yaml + "}", "w.yaml"),
        {"", "w.yaml", pipeline::BadPrompts::refused, [&]() -> pipeline::Subject& { return subject; }});
  }
  std::string refused(const std::string& yaml) {
    try {
      drawn(yaml);
    } catch (const pipeline::UsageError& error) {
      return error.what();
    }
    return "";
  }

  testing::ScratchDirectory model_;
};

TEST_F(RandomTokens, AreDrawnBySeedAlikeEverywhere) {
  const Prompts prompts = drawn("random_tokens: 4, count: 2, seed: 9");
  ASSERT_EQ(prompts.size(), 2U);
  EXPECT_EQ(prompts[0].id, "p-001");
  EXPECT_EQ(prompts[1].id, "p-002");
  EXPECT_EQ(prompts[0].ids, (RandomIds{145, 113, 2, 222}));
  EXPECT_EQ(prompts[1].ids, (RandomIds{66, 218, 235, 142}));
  EXPECT_FALSE(prompts[0].text);
  EXPECT_EQ(prompts[1].place, "w.yaml:1");
  EXPECT_NE(drawn("random_tokens: 4, count: 2, seed: 8")[0].ids, prompts[0].ids);
  EXPECT_EQ(drawn("random_tokens: 4, count: 20, seed: 9")[1].ids, prompts[1].ids) << "however many there are";
}

TEST_F(RandomTokens, StandThereAgainAndBehindABosToken) {
  const RandomIds once = *drawn("random_tokens: 3, count: 1, seed: 9")[0].ids;
  EXPECT_EQ(drawn("random_tokens: 3, repeat: 2, count: 1, seed: 9, bos: true")[0].ids,
            (RandomIds{257, once[0], once[1], once[2], once[0], once[1], once[2]}));
}

TEST_F(RandomTokens, AreAnyOfTheVocabularyButSpecialOnes) {
  write_config("");  // the tokenizer alone names them
  std::set<std::int64_t> seen;
  for (const pipeline::Prompt& prompt : drawn("random_tokens: 100, count: 100"))
    seen.insert(prompt.ids->begin(), prompt.ids->end());
  EXPECT_EQ(seen.size(), 257U);
  EXPECT_EQ(*seen.rbegin(), 256) << "257 is <|endoftext|>, and 258 and 259 stand for no text";
}

TEST_F(RandomTokens, WithoutATokenizerAreAnyButTheBosToken) {
  std::filesystem::remove(model_.path() / "vocab.json");
  std::set<std::int64_t> seen;
  for (const pipeline::Prompt& prompt : drawn("random_tokens: 100, count: 100"))
    seen.insert(prompt.ids->begin(), prompt.ids->end());
  EXPECT_EQ(seen.size(), 259U);
  EXPECT_FALSE(seen.contains(257));
}

TEST_F(RandomTokens, RefusesAllThatIsWrong) {
  EXPECT_EQ(refused("random_tokens: 0, repeats: 2, repeat: x, bos: maybe"),
            "w.yaml:1: prompts: unknown key 'repeats' (did you mean 'repeat'?)\n"
            "w.yaml:1: prompts: 'random_tokens' is 0: must be a whole number from 1 to 1000000\n"
            "w.yaml:1: prompts: 'repeat' is \"x\": must be a whole number from 1 to 1000000\n"
            "w.yaml:1: prompts: 'bos' is \"maybe\": must be true or false\n"
            "w.yaml:1: prompts: 'count' is missing: how many prompts are drawn");
  EXPECT_EQ(refused("random_tokens: 2, count: 1000001, seed: 1.5"),
            "w.yaml:1: prompts: 'count' is 1000001: must be a whole number from 1 to 1000000\n"
            "w.yaml:1: prompts: 'seed' is 1.5: must be a whole number from 0 up");
}

TEST_F(RandomTokens, RefusesWhatDoesNotFitInTheContext) {
  EXPECT_EQ(refused("random_tokens: 500, repeat: 2, count: 1"), "");
  EXPECT_EQ(
      refused("random_tokens: 500, repeat: 2, count: 1, bos: true"),
      "w.yaml:1: prompts: a prompt of 500 random tokens, 2 times, behind a BOS token is longer than the "
      "model's context of 1000");
  EXPECT_EQ(refused("random_tokens: 1001, count: 1"),
            "w.yaml:1: prompts: a prompt of 1001 random tokens is longer than the model's context of 1000");
  EXPECT_NE(refused("random_tokens: 1000000, repeat: 1000000, count: 1000000"), "");
}

TEST_F(RandomTokens, RefusesABosTokenThatThereIsNot) {
  write_config("");
  EXPECT_TRUE(refused("random_tokens: 5, count: 1, bos: true")
                  .starts_with("w.yaml:1: prompts: 'bos': the model has no BOS token: "));
}

TEST_F(RandomTokens, AreTenThousandPromptsAtOnce) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(drawn("random_tokens: 50, repeat: 2, count: 10000").size(), 10'000U);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 5.0);
}

}  // namespace
}  // namespace hookflow::stages
