#include <cmath>

#include <gtest/gtest.h>

#include "stages/prediction/next_token.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

const std::vector<std::vector<std::int64_t>> kIds = {{45, 49, 73, 92, 3}, {24, 30}, {7}};

/// Prompts of 5, 2 and 1 tokens of a model of 97 tokens and a context of 24, edited and continued.
struct Continued {
  StageChain chain;
  pipeline::Output output;

  explicit Continued(const std::string& params, const std::vector<std::string>& inputs = {"clean"},
                     const std::string& edits = "{at: \"blocks.1.attn.hook_z[*]\", rows: 48}")
      : chain(golden_model("three_heads"),
              {ids_prompt("a", kIds[0]), ids_prompt("b", kIds[1]), ids_prompt("c", kIds[2])}) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("edited", "ablate", edits, {"clean"});
    output = chain.add("text", "generate", params, inputs);
  }
  std::vector<double> of(const std::string& variable, std::size_t prompt = 0, std::size_t part = 0) {
    return chain.numbers("text", variable, prompt, part);
  }
  /// The prompt and tokens behind it.
  static std::vector<std::int32_t> text(std::size_t prompt, const std::vector<double>& more,
                                        std::size_t count) {
    std::vector<std::int32_t> ids(kIds[prompt].begin(), kIds[prompt].end());
    for (std::size_t i = 0; i < count; ++i) ids.push_back(static_cast<std::int32_t>(more[i]));
    return ids;
  }
  NextToken predicted(const std::vector<std::int32_t>& text) {
    const auto pass = run_clean(chain.subject().model(), std::vector<std::vector<std::int32_t>>{text},
                                hookflow::testing::last_logits());
    return NextToken(pass.results[0].logits.row(0));
  }
};

TEST(Generate, TakesTheLikeliestTokenBehindAllBefore) {
  Continued continued("{new_tokens: 8}");
  EXPECT_EQ(continued.chain.variables("text"),
            (std::vector<std::string>{"token_id", "log_prob", "entropy", "token_count"}));
  for (std::size_t prompt = 0; prompt < kIds.size(); ++prompt) {
    const auto ids = continued.of("token_id", prompt);
    const auto log_probs = continued.of("log_prob", prompt);
    const auto entropies = continued.of("entropy", prompt);
    ASSERT_EQ(ids.size(), 8U);
    EXPECT_EQ(continued.of("token_count", prompt), std::vector<double>{8});
    for (std::size_t step = 0; step < 8; ++step) {
      const NextToken next = continued.predicted(Continued::text(prompt, ids, step));
      EXPECT_EQ(ids[step], static_cast<double>(next.argmax())) << prompt << " " << step;
      EXPECT_NEAR(log_probs[step], next.log_prob(static_cast<std::int32_t>(ids[step])), 1e-4);
      EXPECT_NEAR(entropies[step], next.entropy(), 1e-4);
    }
  }
}

TEST(Generate, EndsWithTheFirstOfTheTokensThatEndATextAndHasNoValueBehind) {
  const auto all = Continued("{new_tokens: 8}").of("token_id");
  const auto stop = std::to_string(static_cast<int>(all[3]));
  const auto first = static_cast<std::size_t>(std::ranges::find(all, all[3]) - all.begin());
  Continued ended("{new_tokens: 8, stop: [96, " + stop + "]}");
  const auto ids = ended.of("token_id");
  const auto log_probs = ended.of("log_prob");
  EXPECT_EQ(ended.of("token_count"), std::vector<double>{static_cast<double>(first + 1)});
  for (std::size_t step = 0; step < 8; ++step) {
    EXPECT_EQ(ids[step], step <= first ? all[step] : -1);
    EXPECT_EQ(std::isnan(log_probs[step]), step > first);
  }
}

TEST(Generate, OfVariantsIsOfEachAndCleanWhereNothingIsChanged) {
  const std::string scaled = "{at: \"blocks.1.attn.hook_z[0]\", with: [{scale: 1}, {scale: 30}]}";
  Continued clean("{new_tokens: 6}"), edited("{new_tokens: 6}", {"", "edited"}, scaled);
  for (std::size_t prompt = 0; prompt < kIds.size(); ++prompt) {
    const auto ids = edited.of("token_id", prompt);
    ASSERT_EQ(ids.size(), 12U);
    const auto wanted = clean.of("token_id", prompt);
    EXPECT_TRUE(std::equal(wanted.begin(), wanted.end(), ids.begin()));
    EXPECT_FALSE(std::equal(wanted.begin(), wanted.end(), ids.begin() + 6));
  }
}

TEST(Generate, OfAVariantThatAPromptHasNoPositionForHasNoValue) {
  Continued each("{new_tokens: 3}", {"", "edited"}, "{at: blocks.0.hook_resid_mid, positions: each}");
  for (std::size_t part = 0, variant = 0; variant < 5; ++part) {
    const auto ids = each.of("token_id", 1, part);
    for (std::size_t i = 0; i < ids.size() / 3; ++i, ++variant)
      EXPECT_EQ(ids[3 * i] == -1, variant >= 2) << variant;
  }
}

TEST(Generate, DrawsBySeedSampleAndPromptAlone) {
  const std::string drawn = "{new_tokens: 6, temperature: 2, samples: 3, stop: [], seed: ";
  Continued one(drawn + "1}"), again(drawn + "1}"), other(drawn + "2}");
  for (std::size_t prompt = 0; prompt < kIds.size(); ++prompt) {
    const auto ids = one.of("token_id", prompt);
    ASSERT_EQ(ids.size(), 18U);
    EXPECT_EQ(ids, again.of("token_id", prompt));
    EXPECT_NE(ids, other.of("token_id", prompt));
    EXPECT_FALSE(std::equal(ids.begin(), ids.begin() + 6, ids.begin() + 6)) << "samples differ";
    for (std::size_t i = 0; i < 18; ++i) {
      const std::vector<double> before(ids.begin() + static_cast<std::ptrdiff_t>(i / 6 * 6), ids.end());
      const NextToken next = one.predicted(Continued::text(prompt, before, i % 6));
      EXPECT_NEAR(one.of("log_prob", prompt)[i], next.log_prob(static_cast<std::int32_t>(ids[i])), 1e-4);
    }
  }
  Continued fewer("{new_tokens: 4, temperature: 2, samples: 2, stop: [], seed: 1}");
  const auto ids = fewer.of("token_id");
  EXPECT_TRUE(std::equal(ids.begin(), ids.begin() + 4, one.of("token_id").begin()));
}

TEST(Generate, CountsItsMemoryAndWork) {
  Continued few("{new_tokens: 3}", {"", "edited"}), many("{new_tokens: 12}", {"", "edited"});
  EXPECT_EQ(few.chain.cost("text").passes, 2 * 3 * 3);  // steps, heads, prompts
  EXPECT_EQ(few.chain.cost("text").rows, few.chain.cost("text").passes);
  EXPECT_GT(few.chain.cost("text").flops, 0);
  const std::size_t texts = 3 * 3, floats = 2 * 2 * 48;  // a token: layers, keys and values, width
  EXPECT_EQ(many.chain.bytes("text").working - few.chain.bytes("text").working >=
                static_cast<double>(texts * 9 * floats * sizeof(float)),
            true);
}

TEST(Generate, WhatCannotBeDoneIsRefused) {
  const auto refused = [](const std::string& params, std::initializer_list<std::string> parts,
                          const std::string& edits = "{at: \"blocks.1.attn.hook_z[*]\"}",
                          const std::vector<std::string>& inputs = {"", "edited"}) {
    EXPECT_TRUE(names(refusal<pipeline::ParamError>([&] { Continued(params, inputs, edits); }), parts));
  };
  refused("{new_tokens: 0}", {"0 is too small", "1 to"});
  refused("{new_tokens: 21}", {"prompt 'a'", "21 are too many behind a prompt of 5 tokens", "context of 24"});
  refused("{new_tokens: 2, temperature: -1}", {"-1", "0 (the most likely token)"});
  refused("{new_tokens: 2, temperature: .nan}", {"number"});
  refused("{new_tokens: 2, temperature: 1, top_p: 0}", {"0 is out of range", "above 0 and at most 1"});
  refused("{new_tokens: 2, temperature: 1, top_p: 1.5}", {"1.5 is out of range"});
  for (const std::string param : {"seed: 3", "samples: 2", "top_p: 0.5"})
    refused("{new_tokens: 2, " + param + "}",
            {param.substr(0, param.find(':')), "temperature: 0", "nothing is"});
  refused("{new_tokens: 2, stop: [97]}", {"stop", "token id 97", "0 to 96"});
  refused("{new_tokens: 2, stop: [{column: a}]}", {"stop", "one token each"});
  refused("{new_tokens: 2}", {"both a clean pass and edited ones"}, "{at: \"blocks.1.attn.hook_z[*]\"}",
          {"clean", "edited"});
  refused("{new_tokens: 2}", {"blocks.1.attn.hook_z reaches new tokens", "mean_head", "\":-1\""},
          "{at: \"blocks.1.attn.hook_z[*]\", with: {mean: head}}");
}

TEST(Generate, MeansOfThePromptAloneAreMade) {
  Continued mean("{new_tokens: 3}", {"", "edited"},
                 "{at: \"blocks.1.attn.hook_z[*]\", with: {mean: head}, positions: \":1\"}");
  EXPECT_EQ(mean.of("token_id").size(), 9U);
}

}  // namespace
}  // namespace hookflow::stages
