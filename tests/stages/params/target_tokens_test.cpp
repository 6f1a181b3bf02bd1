#include "stages/params/target_tokens.hpp"

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "tests/support/small_tokenizer.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::ParamError;
using pipeline::Prompt;

/// A model whose tokens are the bytes, "ab" (256), " x" (257) and <|endoftext|> (258).
class TargetTokens : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::SmallTokenizer{{{"a", "b"}, {" ", "x"}}}.write_vocab_and_merges(model_);
    set_vocabulary(259);
  }
  void set_vocabulary(int size) {
    model_.write("config.json",
                 R"({"model_type": "gpt2", "n_layer": 1, "n_head": 1, "n_embd": 4, "n_positions": 5,
                                    "vocab_size": )" +
                     std::to_string(size) + "}");
  }
  std::vector<std::vector<std::int32_t>> find(const std::vector<Prompt>& prompts,
                                              const std::vector<std::string>& columns = {"target"}) {
    ModelSubject subject(model_.path().string());
    const pipeline::Prompts rows = as_prompts(prompts);
    const pipeline::PlanContext context{rows, subject, {}, {}, 1};
    const TokenLists found = find_target_tokens(context, columns);
    raise_refusals(context);
    warnings_ = context.findings->take_warnings();
    std::vector<std::vector<std::int32_t>> lists;
    for (std::size_t i = 0; i < found.size(); ++i) lists.emplace_back(found[i].begin(), found[i].end());
    return lists;
  }
  std::string problem(const std::vector<Prompt>& prompts,
                      const std::vector<std::string>& columns = {"target"}) {
    return refusal<ParamError>([&] { find(prompts, columns); });
  }

  testing::ScratchDirectory model_;
  std::vector<pipeline::Warning> warnings_;  // of the last that was found
};

TEST_F(TargetTokens, OfATextIsTheOneTokenOfTheColumn) {
  const auto found = find({text_prompt("p", "a", {{"target", "ab"}, {"other", " x"}}),
                           text_prompt("q", "b", {{"target", "z"}, {"other", "<|endoftext|>"}})},
                          {"other", "target"});
  EXPECT_EQ(found, (std::vector<std::vector<std::int32_t>>{{257, 256}, {258, 'z'}}));
}

TEST_F(TargetTokens, OfIdsIsTheIdOfTheColumn) {
  EXPECT_EQ(find({ids_prompt("p", {1}, {{"target", "258"}})}),
            (std::vector<std::vector<std::int32_t>>{{258}}));
}

TEST_F(TargetTokens, TextOfSeveralTokensIsRefusedWithThem) {
  EXPECT_TRUE(names(
      problem({text_prompt("p", "a", {{"target", "abz"}})}),
      {"tokens:", "w.yaml:1: prompt 'p': target: 'abz' is 2 tokens ('ab', 'z'), but must be exactly one",
       "hookflow tokenize"}));
}

TEST_F(TargetTokens, ForgottenSpaceIsHintedAt) {
  testing::SmallTokenizer{{{" ", "y"}, {" y", "z"}}}.write_vocab_and_merges(model_);
  EXPECT_TRUE(names(problem({text_prompt("p", "a", {{"target", "yz"}})}),
                    {"'yz' is 2 tokens", "' yz', with a leading space, is one"}));
}

TEST_F(TargetTokens, EmptyTextIsNoToken) {
  EXPECT_TRUE(names(problem({text_prompt("p", "a", {{"target", ""}})}), {"'' is no token"}));
}

TEST_F(TargetTokens, WhatIsNoIdIsRefused) {
  for (const char* const text : {"259", "-1", "ab", "1.0", "", " 3"}) {
    EXPECT_TRUE(names(problem({ids_prompt("p", {1}, {{"target", text}})}),
                      {"'" + std::string(text) + "' is not a token id, 0 to 258"}));
  }
}

TEST_F(TargetTokens, WhatTheTokenizerKnowsAndTheModelDoesNotIsRefused) {
  set_vocabulary(258);
  EXPECT_TRUE(names(problem({text_prompt("p", "a", {{"target", "<|endoftext|>"}})}),
                    {"prompt 'p': target: '<|endoftext|>' is a token of the tokenizer, but not of the model: "
                     "token id 258 is not in the model's vocabulary, 0 to 257"}));
}

TEST_F(TargetTokens, WhatIsNeitherTextNorANumberNamesNoToken) {
  Prompt prompt = text_prompt("p", "a");
  prompt.others = {{"target", "[1,2]"}};
  EXPECT_TRUE(names(problem({prompt}),
                    {"prompt 'p': target: [1,2] does not name a token; must be text or a number"}));
}

TEST_F(TargetTokens, WordWithoutItsSpaceIsWarnedOfWhereTheSpacedFormIsOneTokenToo) {
  find({text_prompt("p", "a", {{"target", "x"}}), text_prompt("q", "a", {{"target", " x"}}),
        text_prompt("r", "a", {{"target", "ab"}})});  // " ab" is two tokens
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_EQ(warnings_[0].prompt, "p");
  EXPECT_TRUE(names(warnings_[0].text, {"target: 'x' is taken as it stands", "' x'", "is one token too"}));
  find({text_prompt("p", "a", {{"target", " x"}, {"contrast", "x"}})},
       {"target", "contrast"});  // both are meant
  EXPECT_TRUE(warnings_.empty());
  testing::SmallTokenizer{{{" ", "."}}}.write_vocab_and_merges(model_);
  find({text_prompt("p", "a", {{"target", "."}})});  // no word: it follows one without a space
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(TargetTokens, ColumnsThatNameTheSameTokenAreWarnedOf) {
  find({text_prompt("p", "a", {{"target", "ab"}, {"contrast", "ab"}}),
        ids_prompt("q", {1}, {{"target", "5"}, {"contrast", "6"}}),
        ids_prompt("r", {1}, {{"target", "5"}, {"contrast", "5"}})},
       {"target", "contrast"});
  ASSERT_EQ(warnings_.size(), 2U);
  EXPECT_EQ(warnings_[0].text, "target and contrast are the same token, id 256");
  EXPECT_EQ(warnings_[1].prompt, "r");
}

TEST_F(TargetTokens, MissingColumnIsRefusedWithTheNearest) {
  EXPECT_TRUE(names(problem({text_prompt("p", "a", {{"Target", "ab"}})}),
                    {"prompt 'p': has no column 'target' (did you mean 'Target'?)"}));
}

TEST_F(TargetTokens, AllProblemsAreToldAtOnce) {
  const std::string message =
      problem({text_prompt("p", "a", {{"target", "abz"}, {"contrast", "zz"}}),
               text_prompt("q", "a", {{"target", "z"}}), ids_prompt("r", {1}, {{"target", "x"}})},
              {"target", "contrast"});
  EXPECT_TRUE(
      names(message, {"'p': target", "'p': contrast", "'q': has no column 'contrast'", "'r': target"}));
}

TEST_F(TargetTokens, LongListOfProblemsIsCutWithItsNumber) {
  const std::vector<Prompt> prompts(25, text_prompt("p", "a"));
  EXPECT_TRUE(names(problem(prompts), {", as of 19 more prompts"}));
}

}  // namespace
}  // namespace hookflow::stages
