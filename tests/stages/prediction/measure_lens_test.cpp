#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "model/pass/logits.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/plain_prediction.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::ParamError;

constexpr double kNear = 1e-5;
const std::string kAll =
    "tokens: [target, contrast], metrics: [log_prob, prob, logit, logit_diff, token_rank, top_token, "
    "entropy, "
    "kl_to_final]";

std::vector<pipeline::Prompt> two_prompts() {
  return {ids_prompt("a", {45, 49, 73, 92}, {{"target", "13"}, {"contrast", "40"}}),
          ids_prompt("b", {24, 30}, {{"target", "96"}, {"contrast", "0"}})};
}

/// measure.lens of the clean pass and of the edited ones, and the activations that it reads.
struct Measured {
  StageChain chain;
  pipeline::Output output;

  explicit Measured(const std::string& params, const std::vector<std::string>& inputs = {"clean", ""},
                    const std::string& edits = R"({at: "blocks.*.attn.hook_z[*]", rows: 48})",
                    const std::string& place = "hook_resid_post")
      : chain(golden_model("three_heads"), two_prompts()) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("silenced", "ablate", edits, {"clean"});
    const std::string scores =
        "tokens: [target, contrast], metrics: [log_prob, prob, logit, logit_diff, token_rank, top_token, "
        "entropy]";
    output = chain.add("lens", "measure.lens", params, inputs);
    chain.add("held", "measure.activation", "{at: \"blocks.*." + place + "\"}",
              {inputs[1].empty() ? "clean" : "", inputs[1]});
    if (!inputs[0].empty())
      chain.add("scores", "measure.prediction", "{" + scores + ", positions: all}", inputs);
  }
  std::vector<double> of(const std::string& variable, std::size_t prompt = 0) {
    return chain.numbers("lens", variable, prompt);
  }
};

/// What a vector would predict: centred, over its own deviation, and with the weights of the end, in double.
PlainPrediction plain_lens(const std::vector<double>& vector, const Model& model) {
  const auto d = static_cast<double>(vector.size());
  const double mean = std::accumulate(vector.begin(), vector.end(), 0.0) / d;
  double variance = 0;
  for (const double x : vector) variance += (x - mean) * (x - mean) / d;
  const double scale = std::sqrt(variance + static_cast<double>(model.config.layer_norm_epsilon));
  std::vector<double> logits;
  for (std::size_t id = 0; id < model.config.vocabulary; ++id) {
    double logit = 0;
    for (std::size_t i = 0; i < vector.size(); ++i) {
      const double normalized = (vector[i] - mean) / scale * double{model.weights.final_norm.weight[i]} +
                                double{model.weights.final_norm.bias[i]};
      logit += normalized * double{model.weights.unembedding.row(id)[i]};
    }
    logits.push_back(logit);
  }
  return PlainPrediction(logits);
}

TEST(MeasureLens, EachVectorGoesThroughTheFinalNormByItsOwnStatistics) {
  for (const std::string place :
       {"hook_resid_pre", "hook_resid_mid", "hook_resid_post", "hook_attn_out", "hook_mlp_out"}) {
    Measured measured("{at: \"blocks.*." + place + "\", positions: all, " + kAll + "}", {"clean", ""},
                      R"({at: "blocks.*.attn.hook_z[*]"})", place);
    const std::string held = place.substr(5);
    const Model& model = measured.chain.subject().model();
    const std::size_t d = model.config.width;
    for (std::size_t prompt = 0; prompt < 2; ++prompt) {
      const auto vectors = measured.chain.numbers("held", held, prompt);  // [2, 4, d]
      const std::size_t target = prompt == 0 ? 13 : 96, contrast = prompt == 0 ? 40 : 0;
      for (std::size_t cell = 0; cell < 2 * 4; ++cell) {
        if (cell % 4 >= (prompt == 0 ? 4 : 2)) continue;
        const auto begin = vectors.begin() + static_cast<std::ptrdiff_t>(cell * d);
        const PlainPrediction plain = plain_lens({begin, begin + static_cast<std::ptrdiff_t>(d)}, model);
        const PlainPrediction end(
            measured.chain.value<Pass>("clean", prompt).result().logits.row(cell % 4).values);
        EXPECT_NEAR(measured.of("log_prob", prompt).at(2 * cell), plain.log_prob(target), kNear) << place;
        EXPECT_NEAR(measured.of("log_prob", prompt).at(2 * cell + 1), plain.log_prob(contrast), kNear);
        EXPECT_NEAR(measured.of("prob", prompt).at(2 * cell), plain.percent(target), 100 * kNear);
        EXPECT_NEAR(measured.of("logit", prompt).at(2 * cell + 1), plain.logit(contrast), kNear);
        EXPECT_NEAR(measured.of("logit_diff", prompt).at(cell), plain.logit(target) - plain.logit(contrast),
                    kNear);
        EXPECT_EQ(measured.of("token_rank", prompt).at(2 * cell), plain.rank(target));
        EXPECT_EQ(measured.of("top_token", prompt).at(cell), static_cast<double>(plain.argmax()));
        EXPECT_NEAR(measured.of("entropy", prompt).at(cell), plain.entropy(), kNear);
        EXPECT_NEAR(measured.of("kl_to_final", prompt).at(cell), end.divergence_to(plain), kNear);
      }
    }
  }
}

TEST(MeasureLens, AtTheEndItIsWhatThePassPredicts) {
  for (const std::vector<std::string>& inputs :
       {std::vector<std::string>{"clean", ""}, std::vector<std::string>{"clean", "silenced"}}) {
    Measured measured("{at: blocks.1.hook_resid_post, positions: all, " + kAll + "}", inputs);
    for (const std::string name :
         {"log_prob", "prob", "logit", "logit_diff", "token_rank", "top_token", "entropy"}) {
      const auto lens = measured.of(name);
      const auto scores = measured.chain.numbers("scores", name);
      ASSERT_EQ(lens.size(), scores.size());
      for (std::size_t i = 0; i < lens.size(); ++i) EXPECT_NEAR(lens[i], scores[i], 100 * kNear) << name;
    }
    for (const double divergence : measured.of("kl_to_final")) EXPECT_LT(divergence, 1e-6);
  }
}

TEST(MeasureLens, OfVariantsComesWithTheChange) {
  Measured measured("{" + kAll + "}", {"clean", "silenced"});
  Measured clean("{" + kAll + "}");
  EXPECT_EQ(measured.output.variables[0].axes[0].name, "measured_layer");
  const auto change = measured.of("logit_diff_change");
  const auto now = measured.of("logit_diff");  // [variant, layer]
  const auto before = clean.of("logit_diff");
  const auto top = measured.of("top_token"), top_before = clean.of("top_token");
  ASSERT_EQ(now.size(), 6U * 2);
  for (std::size_t cell = 0; cell < now.size(); ++cell) {
    EXPECT_EQ(change[cell], now[cell] - before[cell % 2]);
    EXPECT_EQ(measured.of("top_token_changed").at(cell), top[cell] == top_before[cell % 2] ? 0 : 1);
    if (cell >= 6 && cell % 2 == 0) {
      EXPECT_EQ(change[cell], 0);  // below the edit, to the bit
    }
  }
  EXPECT_NE(change[1], 0);
}

TEST(MeasureLens, SeveralHookPointsHaveVariablesOfTheirOwn) {
  Measured measured(
      R"({at: [blocks.0.hook_resid_pre, blocks.0.hook_attn_out], metrics: [logit, top_token]})");
  EXPECT_EQ(measured.chain.variables("lens"),
            (std::vector<std::string>{"resid_pre_logit", "resid_pre_top_token", "attn_out_logit",
                                      "attn_out_top_token"}));
  ASSERT_EQ(measured.output.known.size(), 1U);
  EXPECT_EQ(measured.output.known[0].variable.name, "token_id");
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(measured.output.known[0].values.read(0, 2)),
            (std::vector<std::int64_t>{13, 96}));
  EXPECT_TRUE(Measured("{metrics: [entropy], tokens: []}").output.known.empty());
}

TEST(MeasureLens, PositionsBehindAPromptsEndAreMissing) {
  Measured measured("{positions: all, metrics: [entropy, top_token]}");
  const auto entropy = measured.of("entropy", 1);  // [2, 4]
  for (std::size_t cell = 0; cell < entropy.size(); ++cell) {
    EXPECT_EQ(std::isnan(entropy[cell]), cell % 4 >= 2);
    EXPECT_EQ(measured.of("top_token", 1).at(cell) == -1, cell % 4 >= 2);
  }
}

/// More vectors than a block: the numbers do not depend on where it ends, nor does memory grow.
TEST(MeasureLens, BlocksAreJoined) {
  std::vector<std::int64_t> ids(100);
  std::iota(ids.begin(), ids.end(), 1000);
  StageChain chain(std::string(HOOKFLOW_SOURCE_DIR) + "/model/nano",
                   {ids_prompt("a", ids, {{"target", "13"}})});
  chain.add("tokens", "tokenize");
  chain.add("clean", "forward", "{}", {"tokens"});
  const std::string params = "positions: all, metrics: [log_prob, kl_to_final]}";
  chain.add("all", "measure.lens", "{" + params, {"clean", ""});
  chain.add("one", "measure.lens", "{at: blocks.2.hook_resid_post, " + params, {"clean", ""});
  for (const char* const name : {"log_prob", "kl_to_final"}) {
    const auto all = chain.numbers("all", name);
    const auto one = chain.numbers("one", name);
    ASSERT_EQ(all.size(), 8U * 100);
    for (std::size_t i = 0; i < 100; ++i) EXPECT_NEAR(all[200 + i], one[i], kNear);
  }
  const Config& config = chain.subject().config();
  const double block =
      static_cast<double>(LogitBlocks::kRows * (config.vocabulary + 2 * config.width + 1) * 4);
  EXPECT_NEAR(chain.bytes("all").working, block, 8 * 100 * 8 * 2 + 1);
  EXPECT_LT(chain.bytes("one").working, block / 2);
}

TEST(MeasureLens, OfNamedTokensNoOtherLogitsAreMade) {
  const std::string places =
      "{at: \"blocks.*.hook_resid_post\", positions: all, tokens: [target, contrast], ";
  Measured named(places + "metrics: [logit, logit_diff]}");
  Measured whole(places + "metrics: [logit, logit_diff, entropy]}");
  for (const std::string variable : {"logit", "logit_diff"}) {
    const auto logits = named.of(variable), beside = whole.of(variable);
    ASSERT_EQ(logits.size(), variable == "logit" ? 2U * 4 * 2 : 2U * 4);
    EXPECT_EQ(logits, beside);
  }
  const auto vocabulary = static_cast<double>(named.chain.subject().config().vocabulary);
  const double numbers = 2 * 4 * sizeof(double);  // of the entropies
  EXPECT_EQ(whole.chain.bytes("lens").working - named.chain.bytes("lens").working,
            2 * 4 * vocabulary * sizeof(float) + numbers);
}

TEST(MeasureLens, LogitsThatAreNoNumbersFailThePrompt) {
  Measured measured("{at: blocks.0.hook_mlp_out, metrics: [entropy]}", {"", "silenced"},
                    "{at: blocks.0.mlp.hook_post, with: {value: 3e38}}");
  const auto& outcome = measured.chain.run("lens").at(0);
  EXPECT_FALSE(outcome.value);
  EXPECT_TRUE(names(outcome.failure, {"blocks.0.hook_mlp_out at position 3", "must be finite"}));
}

std::string refused(const std::string& params, const std::vector<std::string>& inputs = {"clean", ""}) {
  return refusal<ParamError>([&] { Measured(params, inputs); });
}

TEST(MeasureLens, WhatIsNotOfTheResidualStreamIsRefused) {
  EXPECT_TRUE(names(refused("{at: blocks.0.attn.hook_z}"),
                    {"at: blocks.*.attn.hook_z holds nothing of the residual stream", "hook_resid_pre"}));
  EXPECT_TRUE(names(refused("{at: ln_final.hook_normalized}"), {"at: ln_final.hook_normalized"}));
  EXPECT_TRUE(names(refused("{at: blocks.9.hook_resid_pre}"), {"at: ", "layer 9"}));
  EXPECT_TRUE(names(refused("{at: [blocks.0.hook_resid_pre, blocks.1.hook_resid_post]}"),
                    {"have different labels along 'layer'"}));
}

TEST(MeasureLens, MetricsThatItDoesNotHaveAreRefused) {
  EXPECT_TRUE(names(refused("{metrics: kl_from_clean}"), {"unknown value 'kl_from_clean'", "kl_to_final"}));
  EXPECT_TRUE(names(refused("{tokens: []}"), {"tokens: the list is empty", "entropy, kl_to_final"}));
  EXPECT_TRUE(names(refused("{metrics: logit_diff}"), {"difference: is missing"}));
  EXPECT_TRUE(names(refused("{positions: [3]}"), {"positions:", "prompt 'b': position 3"}));
  EXPECT_TRUE(names(refused("{}", {"", ""}), {"in: there is no input"}));
}

}  // namespace
}  // namespace hookflow::stages
