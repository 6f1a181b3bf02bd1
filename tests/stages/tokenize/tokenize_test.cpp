#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/small_tokenizer.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::InputError;
using pipeline::Prompt;

/// A model without weights, with a tokenizer of bytes, "ab" and <|endoftext|>: 258 tokens.
class Tokenize : public ::testing::Test {
 protected:
  void SetUp() override { make(258); }

  void make(int vocabulary, const std::string& settings = "") {
    testing::SmallTokenizer{{{"a", "b"}}}.write_vocab_and_merges(model_);
    model_.write("config.json",
                 R"({"model_type": "gpt2", "n_layer": 1, "n_head": 1, "n_embd": 4, "n_positions": 5,
                                    "vocab_size": )" +
                     std::to_string(vocabulary) + settings + "}");
  }
  StageChain chain(std::vector<Prompt> prompts) { return {model_.path().string(), std::move(prompts)}; }
  std::string problem(std::vector<Prompt> prompts, const std::string& params = "{}") {
    return refusal<InputError>([&] { chain(std::move(prompts)).add("tokens", "tokenize", params); });
  }

  testing::ScratchDirectory model_;
};

TEST_F(Tokenize, PutsNothingInFrontAndCutsNothing) {
  StageChain tokens = chain({text_prompt("x", "abba"), text_prompt("end", "<|endoftext|>a")});
  tokens.add("tokens", "tokenize");
  EXPECT_EQ(tokens.value<Tokens>("tokens", 0).ids, (std::vector<std::int32_t>{256, 'b', 'a'}));
  EXPECT_EQ(tokens.value<Tokens>("tokens", 1).ids, (std::vector<std::int32_t>{257, 'a'}));
}

TEST_F(Tokenize, IdsAreFedAsTheyAre) {
  StageChain tokens = chain({ids_prompt("x", {3, 257, 0})});
  tokens.add("tokens", "tokenize");
  EXPECT_EQ(tokens.value<Tokens>("tokens").ids, (std::vector<std::int32_t>{3, 257, 0}));
}

const std::string kBos = "{bos: true}";

TEST_F(Tokenize, PutsTheBosTokenBeforeATextWhereThatIsAsked) {
  make(258, R"(, "bos_token_id": 257)");
  StageChain tokens = chain({text_prompt("x", "abba"), ids_prompt("y", {257, 3})});
  const pipeline::Output output = tokens.add("tokens", "tokenize", kBos);
  EXPECT_EQ(tokens.value<Tokens>("tokens", 0).ids, (std::vector<std::int32_t>{257, 256, 'b', 'a'}));
  EXPECT_EQ(tokens.value<Tokens>("tokens", 1).ids, (std::vector<std::int32_t>{257, 3}));
  ASSERT_EQ(output.batches.size(), 1U);
  EXPECT_EQ(output.batches[0].prompts, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(output.batches[0].weight(), 4U + 2);
  EXPECT_TRUE(names(output.known[0].variable.long_name, {"fed, with BOS token 257 at position 0; -1 after"}));
  EXPECT_TRUE(names(output.known[0].variable.axes[0].long_name, {"counted from 0 (the BOS token)"}));
}

TEST_F(Tokenize, SaysThatNoBosTokenWasAdded) {
  make(258, R"(, "bos_token_id": 257)");
  const pipeline::Output output = chain({text_prompt("x", "ab")}).add("tokens", "tokenize");
  EXPECT_TRUE(names(output.known[0].variable.long_name, {"fed, no BOS token added; -1 after"}));
  EXPECT_EQ(output.known[0].variable.axes[0].long_name, "position in the prompt, counted from 0");
}

TEST_F(Tokenize, NeitherTwoBosTokensNorIdsWithoutOneAreFed) {
  make(258, R"(, "bos_token_id": 257)");
  const std::string message = problem(
      {text_prompt("two", "<|endoftext|>a"), ids_prompt("none", {3, 257}), text_prompt("long", "aaaaa")},
      kBos);
  EXPECT_TRUE(
      names(message, {"prompt 'two': the text already begins with the BOS token",
                      "prompt 'none': ids are fed as they stand", "the BOS token, 257; they begin with 3",
                      "prompt 'long': the prompt has 6 tokens with its BOS token"}));
}

TEST_F(Tokenize, ModelWithoutABosTokenSaysWhatIsMissing) {
  StageChain tokens = chain({text_prompt("x", "a")});
  const std::string message = refusal<pipeline::ParamError>([&] { tokens.add("tokens", "tokenize", kBos); });
  EXPECT_TRUE(names(message, {"bos: the model has no BOS token", "bos_token_id", "have no bos_token"}));
}

TEST_F(Tokenize, RecordsWhatIsFedPaddedBehindTheEnd) {
  StageChain tokens = chain({text_prompt("x", "ab"), ids_prompt("y", {1, 2, 3})});
  const auto& output = tokens.add("tokens", "tokenize");
  ASSERT_EQ(output.batches.size(), 1U);
  EXPECT_EQ(output.batches[0].weight(), 1U + 3);
  ASSERT_EQ(output.known.size(), 2U);
  EXPECT_EQ(output.known[0].variable.name, "ids");
  ASSERT_EQ(output.known[0].variable.axes.size(), 1U);
  EXPECT_EQ(output.known[0].variable.axes[0].size(), 3U);
  EXPECT_EQ(output.known[0].values.read(0, 6),
            pipeline::Column(std::vector<std::int64_t>{256, -1, -1, 1, 2, 3}));
  EXPECT_EQ(output.known[0].values.read(1, 3), pipeline::Column(std::vector<std::int64_t>{-1, -1, 1}));
  EXPECT_EQ(output.known[1].variable.name, "length");
  EXPECT_EQ(output.known[1].values.read(0, 2), pipeline::Column(std::vector<std::int64_t>{1, 3}));
}

TEST_F(Tokenize, AllBadPromptsAreToldAtOnce) {
  const std::string message = problem({ids_prompt("high", {258}), ids_prompt("low", {-1}),
                                       text_prompt("fine", "a"), text_prompt("long", "aaaaaa")});
  EXPECT_TRUE(names(message,
                    {"w.yaml:1: prompt 'high': token id 258 is not in the model's vocabulary, 0 to 257",
                     "prompt 'low': token id -1", "prompt 'long': the prompt has 6 tokens", "context of 5"}));
  EXPECT_EQ(message.find("'fine'"), std::string::npos);
}

TEST_F(Tokenize, LongListOfProblemsIsCutWithItsNumber) {
  std::vector<Prompt> prompts;
  for (int i = 0; i < 23; ++i) prompts.push_back(ids_prompt(std::to_string(i), {999}));
  const std::string message = problem(std::move(prompts));
  EXPECT_TRUE(names(message, {"prompt '5'", "as of 17 more prompts"}));
  EXPECT_EQ(message.find("prompt '6'"), std::string::npos);
}

TEST_F(Tokenize, EmptyPromptIsRefused) {
  EXPECT_TRUE(names(problem({ids_prompt("x", {})}), {"prompt 'x': the prompt is empty"}));
}

TEST_F(Tokenize, TokenizerOfAnotherModelIsRefused) {
  make(257);
  EXPECT_TRUE(names(problem({text_prompt("x", "<|endoftext|>")}),
                    {"token id 257", "the tokenizer belongs to another model"}));
}

TEST_F(Tokenize, WarnsOfALastSpaceAndOfWhatStandsTwice) {
  const pipeline::Prompts prompts =
      as_prompts({text_prompt("p", "ab"), text_prompt("q", "ab "), ids_prompt("r", {256}),
                  ids_prompt("s", {1, 2}), ids_prompt("t", {1, 2}), text_prompt("u", " ab")});
  ModelSubject subject(model_.path().string());
  const pipeline::PlanContext context{prompts, subject, {}, {}, 1};
  static_cast<void>(plan_stage("tokenize", *make_stage("tokenize"), context));
  std::vector<std::string> found;
  for (const pipeline::Warning& warning : context.findings->take_warnings())
    found.push_back(warning.prompt + ": " + warning.kind);
  EXPECT_EQ(found, (std::vector<std::string>{"q: ends in a space", "r: stands twice", "t: stands twice"}));
}

TEST(TokenizeWithoutTokenizer, TakesIdsButNoText) {
  StageChain ids(golden_model("three_heads"), {ids_prompt("x", {96})});
  EXPECT_NO_THROW(ids.add("tokens", "tokenize"));
  StageChain text(golden_model("three_heads"), {text_prompt("x", "a")});
  EXPECT_TRUE(
      names(refusal<InputError>([&] { text.add("tokens", "tokenize"); }), {"three_heads", "vocab.json"}));
}

}  // namespace
}  // namespace hookflow::stages
