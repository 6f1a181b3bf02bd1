#include "stages/params/token_pairs.hpp"

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::ParamError;

/// measure.cosine of pairs, clean and with head 1 of each layer silenced at token 24; where the prompts have
/// tokens 24, 30 and 84 differs.
struct Compared {
  StageChain chain;
  pipeline::Output output;

  explicit Compared(const std::string& pairs, const std::vector<pipeline::Prompt>& prompts = two_prompts())
      : chain(golden_model("three_heads"), prompts) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("silenced", "ablate", R"({at: "blocks.*.attn.hook_z[1]", positions: {token: 24}})", {"clean"});
    output = chain.add("pairs", "measure.cosine",
                       R"({at: "blocks.*.hook_resid_post", layers: edited, pairs: )" + pairs + "}",
                       {"clean", "silenced"});
  }
  static std::vector<pipeline::Prompt> two_prompts() {
    return {ids_prompt("a", {45, 49, 84, 92, 24, 13, 79, 7, 30}, {{"dish", "[13, 79]"}}),
            ids_prompt("b", {84, 24, 30}, {{"dish", "30"}})};
  }
  [[nodiscard]] std::vector<std::string> labels() const {
    return std::get<std::vector<std::string>>(output.variables.at(0).axes.back().coordinates.labels());
  }
};

/// The same passes of other prompts beside them differ by rounding.
void expect_near(const std::vector<double>& found, const std::vector<double>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-6);
}

TEST(TokenPairs, EachPromptFindsItsOwn) {
  Compared named("[[{token: 24}, {token: 30}]]"), first("[[4, 8]]", {Compared::two_prompts()[0]}),
      second("[[1, 2]]", {Compared::two_prompts()[1]});
  expect_near(named.chain.numbers("pairs", "cosine", 0), first.chain.numbers("pairs", "cosine"));
  expect_near(named.chain.numbers("pairs", "cosine", 1), second.chain.numbers("pairs", "cosine"));
}

TEST(TokenPairs, OfATextTheLastTokenIsCompared) {
  Compared named("[[{column: dish}, last]]", {Compared::two_prompts()[0]}),
      numbered("[[6, -1]]", {Compared::two_prompts()[0]});
  expect_near(named.chain.numbers("pairs", "cosine"), numbered.chain.numbers("pairs", "cosine"));
}

TEST(TokenPairs, WhatStandsElsewhereCannotChangeInTheEditedLayer) {
  Compared compared("[[{token: 84}, {token: 30}], [{token: 24}, {token: 30}]]");
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const std::vector<double> change = compared.chain.numbers("pairs", "cosine_change", prompt);
    ASSERT_EQ(change.size(), 4U);  // [layer, pair]
    EXPECT_EQ(change[0], 0);
    EXPECT_NE(change[1], 0);
    EXPECT_EQ(change[2], 0);
    EXPECT_NE(change[3], 0);
  }
}

TEST(TokenPairs, AreLabelledByWhatStandsThere) {
  EXPECT_EQ(
      Compared("[[{token: 24}, {column: dish}], [{token: 84, occurrence: 1, offset: 1}, last], [1, -1]]")
          .labels(),
      (std::vector<std::string>{"24-dish", "84 (1)+1-last", "1--1"}));
}

TEST(TokenPairs, LabelsThatWouldBeAlikeAreAsTheyAreWritten) {
  EXPECT_EQ(
      Compared("[[{token: 24}, 2], [{token: 24}, {token: 2, offset: 0}]]", {ids_prompt("a", {2, 24, 30})})
          .labels(),
      (std::vector<std::string>{R"({"token":24}-2)", R"({"token":24}-{"token":2})"}));
}

TEST(TokenPairs, PromptsThatLackAPositionAreRefusedWithTheReason) {
  EXPECT_TRUE(names(refusal<ParamError>([] { Compared("[[{token: 13}, {token: 30}]]"); }),
                    {"pairs:", "prompt 'b'", "does not occur in the prompt"}));
  EXPECT_TRUE(names(refusal<ParamError>([] { Compared("[[{column: side}, last]]"); }),
                    {"pairs:", "prompt 'a'", "side"}));
}

TEST(TokenPairs, WhatIsNotOnePositionIsRefused) {
  const auto refused = [](const std::string& text) {
    return refusal<ParamError>([&] {
      TokenPairs pairs;
      read_param(pipeline::parse_yaml_value(text), pairs);
    });
  };
  EXPECT_TRUE(names(refused("[[all, last]]"), {"\"all\" is not one position", "{token: "}));
  EXPECT_TRUE(names(refused("[[1, \"2:\"]]"), {"\"2:\" is not one position"}));
  EXPECT_TRUE(names(refused("[[[1, 2], 3]]"), {"[1,2] is not one position"}));
  EXPECT_TRUE(names(refused("[[{tokens: 1}, 3]]"), {"unknown key 'tokens'"}));
  EXPECT_TRUE(names(refused("[[{token: 1}, 3], [{token: 1}, 3]]"), {"is given twice"}));
}

TEST(TokenPairs, ReadBack) {
  for (const std::string text : {R"("unique")", "[[1,2],[0,-1]]",
                                 R"([[{"token":" butter"},{"column":"dish","offset":1}],["last",3]])"}) {
    TokenPairs pairs;
    read_param(pipeline::parse_yaml_value(text), pairs);
    EXPECT_EQ(pipeline::to_json(write_param(pairs)), text);
  }
}

}  // namespace
}  // namespace hookflow::stages
