#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "stages/prediction/prediction_metrics.hpp"
#include "stages/subject/token_id.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/plain_prediction.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::Axis;
using pipeline::ParamError;

constexpr double kNear = 1e-5;

/// A logit that is made by itself, in double, beside that of the product with the whole unembedding.
void expect_logit(double logit, double of_product) {
  EXPECT_NEAR(logit, of_product, 1e-6 * std::max(1.0, std::abs(of_product)));
}

const std::string kAll =
    "metrics: [log_prob, prob, logit, token_rank, top_token, entropy, kl_from_clean, prob_from_clean]";

/// Prompts of 4 and 2 tokens, each with two tokens to measure.
std::vector<pipeline::Prompt> two_prompts() {
  return {ids_prompt("a", {45, 49, 73, 92}, {{"target", "13"}, {"contrast", "40"}}),
          ids_prompt("b", {24, 30}, {{"target", "96"}, {"contrast", "0"}})};
}

/// tokenize, forward, ablate (6 variants) and measure.prediction of the clean pass and of the edited ones.
class Measured {
 public:
  explicit Measured(const std::string& params, std::vector<pipeline::Prompt> prompts = two_prompts(),
                    bool edited = true)
      : chain(golden_model("three_heads"), std::move(prompts)) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("silenced", "ablate", R"({at: "blocks.*.attn.hook_z[*]", rows: 24})", {"clean"});
    scores = chain.add("scores", "measure.prediction", params, {"clean", edited ? "silenced" : ""});
  }
  PlainPrediction clean(std::size_t prompt, std::size_t row = 0) {
    return PlainPrediction(chain.value<Pass>("clean", prompt).result().logits.row(row).values);
  }
  PlainPrediction edited(std::size_t prompt, std::size_t variant, std::size_t row = 0) {
    return PlainPrediction(
        chain.value<Variants>("silenced", prompt).results.at(variant).logits.row(row).values);
  }

  StageChain chain;
  pipeline::Output scores;
};

TEST(MeasurePrediction, OfACleanPassEqualsThePlainFormulas) {
  Measured measured("{tokens: [target, contrast], " + kAll + "}", two_prompts(), false);
  const std::vector<std::vector<std::size_t>> targets = {{13, 40}, {96, 0}};
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const PlainPrediction plain = measured.clean(prompt);
    for (std::size_t t = 0; t < 2; ++t) {
      const std::size_t id = targets[prompt][t];
      const auto number = [&](const char* name) {
        return measured.chain.numbers("scores", name, prompt).at(t);
      };
      EXPECT_EQ(number("token_id"), static_cast<double>(id));
      EXPECT_NEAR(number("log_prob"), plain.log_prob(id), kNear);
      EXPECT_NEAR(number("prob"), plain.percent(id), 100 * kNear);
      expect_logit(number("logit"), plain.logit(id));
      EXPECT_EQ(number("token_rank"), plain.rank(id));
    }
    EXPECT_EQ(measured.chain.numbers("scores", "top_token", prompt).at(0),
              static_cast<double>(plain.argmax()));
    EXPECT_NEAR(measured.chain.numbers("scores", "entropy", prompt).at(0), plain.entropy(), kNear);
  }
}

TEST(MeasurePrediction, OfVariantsEqualsThePlainFormulas) {
  Measured measured("{" + kAll + "}");
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const std::size_t id = prompt == 0 ? 13 : 96;
    const PlainPrediction clean = measured.clean(prompt);
    const std::size_t variants = measured.chain.value<Variants>("silenced", prompt).results.size();
    for (std::size_t v = 0; v < variants; ++v) {
      const PlainPrediction plain = measured.edited(prompt, v);
      const auto number = [&](const char* name) {
        return measured.chain.numbers("scores", name, prompt).at(v);
      };
      EXPECT_NEAR(number("log_prob"), plain.log_prob(id), kNear);
      EXPECT_NEAR(number("prob"), plain.percent(id), 100 * kNear);
      expect_logit(number("logit"), plain.logit(id));
      EXPECT_EQ(number("token_rank"), plain.rank(id));
      EXPECT_EQ(number("top_token"), static_cast<double>(plain.argmax()));
      EXPECT_EQ(number("top_token_changed"), plain.argmax() == clean.argmax() ? 0 : 1);
      EXPECT_NEAR(number("entropy"), plain.entropy(), kNear);
      EXPECT_NEAR(number("kl_from_clean"), clean.divergence_to(plain), kNear);
      EXPECT_NEAR(number("prob_from_clean"), 100 * (plain.percent(id) / clean.percent(id) - 1), 100 * kNear);
    }
  }
}

// A new row of the table is all that a new metric takes.
TEST(MeasurePrediction, StoresEveryMetricOfTheTableAndItsChange) {
  std::string all;
  using Against = PredictionMetric::Against;
  for (const std::string& name : prediction_metric_names(Against::clean))
    all += (all.empty() ? "" : ", ") + name;
  const std::string params = "{tokens: [target, contrast], metrics: [" + all + "]}";
  Measured clean(params, two_prompts(), false);
  Measured edited(params);
  const auto stored_units = [](const pipeline::Output& output, const std::string& name) {
    for (const pipeline::Variable& variable : output.variables) {
      if (variable.name == name) return variable.units;
    }
    return std::string();
  };
  for (const PredictionMetric& metric : prediction_metrics()) {
    if (metric.against == Against::final) continue;  // of measure.lens
    const bool is_id = std::string(metric.units) == kTokenId;
    const std::string units = metric.units;
    const bool compares = metric.against == Against::clean;
    const std::string change = std::string(metric.name) + (is_id ? "_changed" : "_change");
    EXPECT_EQ(stored_units(edited.scores, metric.name), metric.units);
    EXPECT_EQ(stored_units(edited.scores, change), compares             ? ""
                                                   : is_id              ? "1"
                                                   : units == "percent" ? "percentage points"
                                                                        : units);
    EXPECT_EQ(stored_units(clean.scores, metric.name), compares ? "" : metric.units);
    EXPECT_EQ(stored_units(clean.scores, change), "");
  }
  EXPECT_THROW((void)prediction_metric("log_prb"), std::logic_error);
}

TEST(MeasurePrediction, ChangeIsEditedMinusCleanToTheBit) {
  Measured measured("{tokens: [target, contrast], " + kAll + "}");
  measured.chain.add("before", "measure.prediction", "{tokens: [target, contrast], " + kAll + "}",
                     {"clean", ""});
  for (const char* const name : {"log_prob", "prob", "logit", "token_rank"}) {
    for (std::size_t prompt = 0; prompt < 2; ++prompt) {
      const auto edited = measured.chain.numbers("scores", name, prompt);
      const auto change = measured.chain.numbers("scores", std::string(name) + "_change", prompt);
      const auto before = measured.chain.numbers("before", name, prompt);
      ASSERT_EQ(edited.size(), 2 * measured.chain.value<Variants>("silenced", prompt).results.size());
      for (std::size_t i = 0; i < edited.size(); ++i) EXPECT_EQ(change[i], edited[i] - before[i % 2]) << name;
    }
  }
}

TEST(MeasurePrediction, EditThatChangesNothingChangesNothing) {
  StageChain chain(golden_model("three_heads"), two_prompts());
  chain.add("tokens", "tokenize");
  chain.add("clean", "forward", "{}", {"tokens"});
  // What the last prediction does not see: the query of another position.
  chain.add("same", "ablate", R"({at: "blocks.1.attn.hook_q[*]", positions: [0], rows: 1})", {"clean"});
  chain.add("scores", "measure.prediction", "{" + kAll + "}", {"clean", "same"});
  EXPECT_EQ(chain.numbers("scores", "log_prob_change").at(0), 0);
  EXPECT_EQ(chain.numbers("scores", "entropy_change").at(0), 0);
  EXPECT_EQ(chain.numbers("scores", "kl_from_clean").at(0), 0);
  EXPECT_EQ(chain.numbers("scores", "prob_from_clean").at(0), 0);
  EXPECT_EQ(chain.numbers("scores", "top_token_changed").at(0), 0);
}

TEST(MeasurePrediction, AllPositionsLeaveCellsBehindAPromptsEndMissing) {
  Measured measured("{positions: all, " + kAll + "}");
  const auto variables = measured.scores.variables;
  ASSERT_EQ(variables[0].axes.size(), 2U);
  EXPECT_EQ(variables[0].axes[0].name, "position");
  EXPECT_EQ(variables[0].axes[0].size(), 4U);
  EXPECT_EQ(variables[0].axes[1].name, "token");
  const auto log_prob = measured.chain.numbers("scores", "log_prob", 1);
  const auto argmax = measured.chain.numbers("scores", "top_token", 1);
  for (std::size_t cell = 0; cell < log_prob.size(); ++cell) {
    const std::size_t position = cell % 4;
    if (position >= 2) {
      EXPECT_TRUE(std::isnan(log_prob[cell]));
      EXPECT_EQ(argmax[cell], -1);
    } else {
      const PlainPrediction plain = measured.edited(1, cell / 4, position);
      EXPECT_NEAR(log_prob[cell], plain.log_prob(96), kNear);
      EXPECT_EQ(argmax[cell], static_cast<double>(plain.argmax()));
    }
  }
}

TEST(MeasurePrediction, ListOfPositionsKeepsItsOrder) {
  Measured all("{positions: all, metrics: [logit]}");
  Measured some("{positions: [-1, 0], metrics: [logit]}");
  EXPECT_EQ(some.scores.variables[0].axes[0].coordinates,
            pipeline::Coordinates(std::vector<std::int64_t>{-1, 0}));
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const auto from = all.chain.numbers("scores", "logit", prompt);
    const auto picked = some.chain.numbers("scores", "logit", prompt);
    const std::size_t last = prompt == 0 ? 3 : 1;
    ASSERT_EQ(picked.size() * 2, from.size());
    for (std::size_t v = 0; v < picked.size() / 2; ++v) {
      EXPECT_NEAR(picked[2 * v], from[4 * v + last], 1e-4);
      EXPECT_NEAR(picked[2 * v + 1], from[4 * v], 1e-4);
    }
  }
}

TEST(MeasurePrediction, SliceFromTheEndIsAlignedAtTheEnd) {
  Measured all("{positions: all, metrics: [logit]}");
  Measured some("{positions: \"-3:\", metrics: [logit]}");
  EXPECT_EQ(some.scores.variables[0].axes[0].coordinates,
            pipeline::Coordinates(std::vector<std::int64_t>{-3, -2, -1}));
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const auto from = all.chain.numbers("scores", "logit", prompt);
    const auto picked = some.chain.numbers("scores", "logit", prompt);
    const std::size_t length = prompt == 0 ? 4 : 2;
    ASSERT_EQ(picked.size(), from.size() / 4 * 3);
    for (std::size_t cell = 0; cell < picked.size(); ++cell) {
      const std::size_t position = length + cell % 3;  // plus 3
      if (position < 3) {
        EXPECT_TRUE(std::isnan(picked[cell]));
      } else {
        EXPECT_NEAR(picked[cell], from[cell / 3 * 4 + position - 3], 1e-4);
      }
    }
  }
}

TEST(MeasurePrediction, EmptySliceIsRefusedWithItsPrompt) {
  const std::string problem = refusal<ParamError>([] { Measured("{positions: \"1:-1\"}"); });
  EXPECT_TRUE(
      names(problem, {"positions:", "prompt 'b': position", "1:-1 select nothing in a prompt of 2 tokens"}));
}

TEST(MeasurePrediction, TwoMeasuresOfOnePassMayWantOtherPositions) {
  Measured measured("{positions: last, metrics: [top_token]}");
  measured.chain.add("everywhere", "measure.prediction", "{positions: all, metrics: [top_token]}",
                     {"clean", "silenced"});
  EXPECT_EQ(measured.chain.numbers("scores", "top_token").at(0),
            measured.chain.numbers("everywhere", "top_token").at(3));
}

TEST(MeasurePrediction, DeclaresOneVariableAMetricAndItsChange) {
  const Measured clean("{" + kAll + "}", two_prompts(), false);
  EXPECT_EQ(clean.chain.variables("scores"),
            (std::vector<std::string>{"token_id", "log_prob", "prob", "logit", "token_rank", "top_token",
                                      "entropy"}));
  const Measured edited("{metrics: [prob, top_token, kl_from_clean]}");
  EXPECT_EQ(
      edited.chain.variables("scores"),
      (std::vector<std::string>{"prob", "prob_change", "top_token", "top_token_changed", "kl_from_clean"}));
  EXPECT_EQ(edited.scores.variables[0].units, "percent");
  EXPECT_EQ(edited.scores.variables[1].units, "percentage points");
}

TEST(MeasurePrediction, MetricsWithoutATokenNeedNoColumns) {
  EXPECT_NO_THROW(Measured("{metrics: [top_token, entropy]}", {ids_prompt("a", {1, 2})}));
}

TEST(MeasurePrediction, WithoutATokenThereIsNoAxisOfTokens) {
  for (const bool edited : {false, true}) {
    Measured measured("{metrics: [top_token, entropy, kl_from_clean], tokens: []}", {ids_prompt("a", {1, 2})},
                      edited);
    for (const auto& variable : measured.scores.variables)
      EXPECT_TRUE(variable.axes.empty()) << variable.name;
    EXPECT_NO_THROW((void)measured.chain.numbers("scores", "entropy"));
  }
}

TEST(MeasurePrediction, OldNamesOfMetricsMeanTheNewOnes) {
  const Measured measured("{metrics: [rank, argmax]}");
  EXPECT_EQ(measured.chain.variables("scores"),
            (std::vector<std::string>{"token_rank", "token_rank_change", "top_token", "top_token_changed"}));
  const std::string twice = refusal<ParamError>([] { Measured("{metrics: [argmax, top_token]}"); });
  EXPECT_TRUE(names(twice, {"'top_token' is given twice"}));
}

TEST(MeasurePrediction, EveryMetricIsExplained) {
  const pipeline::StageDecl& declaration = *pipeline::find_stage("measure.prediction");
  const auto& choices = declaration.params.at(0).choices;
  ASSERT_EQ(choices.size(), prediction_metric_names(PredictionMetric::Against::clean).size());
  for (const auto& [name, meaning] : choices) EXPECT_GT(meaning.size(), 20U) << name;
  const auto meaning = [&](const std::string& name) {
    return std::find_if(choices.begin(), choices.end(),
                        [&](const auto& choice) { return choice.name == name; })
        ->meaning;
  };
  EXPECT_TRUE(names(meaning("token_rank"), {"0 where it is the most likely"}));
  EXPECT_TRUE(names(meaning("prob"), {"(percent)", "prob_change: edited minus clean (percentage points)"}));
  EXPECT_TRUE(names(meaning("top_token"), {"top_token_changed: 1 where"}));
  EXPECT_TRUE(names(meaning("kl_from_clean"), {"D(P || Q)", "P the clean prediction and Q the edited one",
                                               "(nat)", "needs edited passes"}));
}

TEST(MeasurePrediction, LogitDifferenceIsThatOfTwoColumns) {
  const std::vector<std::vector<std::size_t>> targets = {{13, 40}, {96, 0}};
  Measured first("{metrics: logit_diff, tokens: [target, contrast]}");
  Measured turned("{metrics: [log_prob, logit_diff], difference: [contrast, target]}");
  Measured before("{metrics: logit_diff, tokens: [target, contrast]}", two_prompts(), false);
  EXPECT_EQ(first.chain.variables("scores"), (std::vector<std::string>{"logit_diff", "logit_diff_change"}));
  EXPECT_TRUE(first.scores.variables[0].axes.empty());
  EXPECT_EQ(turned.scores.variables[0].axes.size(), 1U);
  EXPECT_EQ(turned.scores.variables[0].axes[0].size(), 1U);
  EXPECT_EQ(first.scores.variables[0].long_name, "logit difference, target minus contrast");
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const auto difference = first.chain.numbers("scores", "logit_diff", prompt);
    const auto change = first.chain.numbers("scores", "logit_diff_change", prompt);
    const auto other = turned.chain.numbers("scores", "logit_diff", prompt);
    const auto of = [&](const PlainPrediction& plain) {
      return plain.logit(targets[prompt][0]) - plain.logit(targets[prompt][1]);
    };
    ASSERT_EQ(difference.size(), first.chain.value<Variants>("silenced", prompt).results.size());
    for (std::size_t v = 0; v < difference.size(); ++v) {
      expect_logit(difference[v], of(turned.edited(prompt, v)));
      EXPECT_EQ(change[v], difference[v] - before.chain.numbers("scores", "logit_diff", prompt).at(0));
      EXPECT_EQ(other[v], -difference[v]);
    }
  }
}

TEST(MeasurePrediction, ALogitIsTheSameToTheBitWhateverElseIsMeasured) {
  Measured alone("{metrics: logit}");
  Measured beside("{metrics: [log_prob, logit, entropy], tokens: [contrast, target]}");
  Measured another("{metrics: logit}");
  another.chain.add("more", "measure.prediction", "{metrics: top_token}", {"clean", "silenced"});
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const auto logits = alone.chain.numbers("scores", "logit", prompt);
    const auto of_both = beside.chain.numbers("scores", "logit", prompt);  // [variant, token]
    EXPECT_EQ(another.chain.numbers("scores", "logit", prompt), logits);
    ASSERT_EQ(of_both.size(), 2 * logits.size());
    for (std::size_t v = 0; v < logits.size(); ++v) EXPECT_EQ(of_both[2 * v + 1], logits[v]);
  }
}

TEST(MeasurePrediction, OfNamedTokensNoOtherLogitsAreMade) {
  Measured named("{metrics: [logit, logit_diff], tokens: [target, contrast]}");
  Measured whole("{metrics: [log_prob, logit], tokens: [target, contrast]}");
  EXPECT_TRUE(named.chain.value<Pass>("clean").result().logits.positions().empty());
  EXPECT_TRUE(named.chain.value<Variants>("silenced").results.at(0).logits.positions().empty());
  const Config& config = named.chain.subject().config();
  const auto product = static_cast<double>(2 * config.width * config.vocabulary);
  for (const std::string pass : {"clean", "silenced"}) {
    const double rows = pass == "clean" ? 2 : 2 * 6;
    EXPECT_EQ(whole.chain.cost(pass).flops - named.chain.cost(pass).flops, rows * product) << pass;
    EXPECT_LT(named.chain.bytes(pass).held, whole.chain.bytes(pass).held);
  }
  for (std::size_t prompt = 0; prompt < 2; ++prompt)
    EXPECT_EQ(named.chain.numbers("scores", "logit", prompt), whole.chain.numbers("scores", "logit", prompt));
}

TEST(MeasurePrediction, ManyTokensMayBeNamedAndOneTwice) {
  std::map<std::string, std::string> columns;
  std::string tokens;
  for (std::size_t id = 0; id < 97; ++id) {
    columns["t" + std::to_string(id)] = std::to_string(id);
    tokens += "t" + std::to_string(id) + ", ";
  }
  columns["again"] = "40";
  Measured measured(
      "{metrics: [logit, logit_diff, token_rank], tokens: [" + tokens + "again], difference: [t40, again]}",
      {ids_prompt("a", {45, 49, 73, 92}, columns)});
  const auto logits = measured.chain.numbers("scores", "logit");
  ASSERT_EQ(logits.size(), 6U * 98);
  for (std::size_t v = 0; v < 6; ++v) {
    const PlainPrediction plain = measured.edited(0, v);
    for (std::size_t id = 0; id < 97; ++id) expect_logit(logits[v * 98 + id], plain.logit(id));
    EXPECT_EQ(logits[v * 98 + 97], logits[v * 98 + 40]);
    EXPECT_EQ(measured.chain.numbers("scores", "logit_diff").at(v), 0);
  }
}

/// Two passes of each prompt, of which the second is edited.
class Patched {
 public:
  explicit Patched(const std::string& params,
                   std::vector<std::string> inputs = {"clean", "edited", "corrupted"},
                   const std::string& edits = R"({at: "blocks.*.attn.hook_z[*]", rows: 24})")
      : chain(golden_model("three_heads"), two_prompts()) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("corrupted", "forward", "{}", {"tokens"});
    chain.add("edited", "ablate", edits, {"corrupted"});
    scores = chain.add("scores", "measure.prediction", params, inputs);
    chain.add("before", "measure.prediction", "{metrics: logit_diff, tokens: [target, contrast]}",
              {"corrupted"});
  }
  /// As the stage finds it with another clean pass of the prompt.
  std::vector<double> with_clean_of(std::size_t other, const std::string& variable, std::size_t prompt) {
    const auto& stage = chain.stage("scores");
    std::vector<pipeline::ValuePtr> values = {chain.run("clean").at(other).value,
                                              chain.run("edited").at(prompt).value,
                                              chain.run("corrupted").at(prompt).value};
    const pipeline::Prompts prompts = as_prompts(two_prompts());
    const auto outcome = stage.run_batch(std::vector{pipeline::Inputs(prompt, prompts, values)}, {}).at(0);
    if (!outcome.value) throw std::runtime_error(outcome.failure);
    const auto& measures = dynamic_cast<const pipeline::Measures&>(*outcome.value);
    const std::vector<std::string> names = chain.variables("scores");
    const auto at = std::find(names.begin(), names.end(), variable) - names.begin();
    return std::get<std::vector<double>>(measures.columns.at(static_cast<std::size_t>(at)));
  }

  StageChain chain;
  pipeline::Output scores;
};

TEST(MeasurePrediction, RestoredIsTheShareOfTheWayFromTheCorruptedPassToTheClean) {
  Patched patched("{tokens: [target, contrast], metrics: [log_prob, logit_diff, top_token, kl_from_clean]}");
  EXPECT_EQ(patched.chain.variables("scores"),
            (std::vector<std::string>{"log_prob", "log_prob_change", "log_prob_restored", "logit_diff",
                                      "logit_diff_change", "logit_diff_restored", "top_token",
                                      "top_token_changed", "kl_from_clean"}));
  const auto plain = [&](const char* pass, std::size_t prompt) {
    return PlainPrediction(patched.chain.value<Pass>(pass, prompt).result().logits.row(0).values);
  };
  const PlainPrediction clean = plain("clean", 1), corrupted = plain("corrupted", 0);
  const auto& results = patched.chain.value<Variants>("edited", 0).results;
  const auto difference = patched.with_clean_of(1, "logit_diff_restored", 0);
  const auto log_prob = patched.with_clean_of(1, "log_prob_restored", 0);
  const auto change = patched.with_clean_of(1, "logit_diff_change", 0);
  const auto value = patched.with_clean_of(1, "logit_diff", 0);
  const auto divergence = patched.with_clean_of(1, "kl_from_clean", 0);
  ASSERT_EQ(difference.size(), results.size());
  const auto diff = [](const PlainPrediction& p) { return p.logit(13) - p.logit(40); };
  for (std::size_t v = 0; v < results.size(); ++v) {
    const PlainPrediction now(results[v].logits.row(0).values);
    EXPECT_NEAR(difference[v], (diff(now) - diff(corrupted)) / (diff(clean) - diff(corrupted)), kNear);
    EXPECT_NEAR(log_prob[2 * v + 1],
                (now.log_prob(40) - corrupted.log_prob(40)) / (clean.log_prob(40) - corrupted.log_prob(40)),
                kNear);
    expect_logit(value[v], diff(now));
    // From the pass that is edited.
    EXPECT_EQ(change[v], value[v] - patched.chain.numbers("before", "logit_diff").at(0));
    EXPECT_NEAR(divergence[v], clean.divergence_to(now), kNear);
  }
}

TEST(MeasurePrediction, RestoredIsMissingWhereCleanAndCorruptedAreEqual) {
  Patched patched("{metrics: [prob, logit, entropy], restored: [logit, entropy]}");
  EXPECT_EQ(patched.chain.variables("scores"),
            (std::vector<std::string>{"prob", "prob_change", "logit", "logit_change", "logit_restored",
                                      "entropy", "entropy_change", "entropy_restored"}));
  for (const double share : patched.chain.numbers("scores", "logit_restored")) EXPECT_TRUE(std::isnan(share));
  EXPECT_EQ(patched.scores.variables[4].units, "1");
  EXPECT_TRUE(names(patched.scores.variables[4].long_name,
                    {"restored share of the logit of the token", "missing where these are equal"}));
  EXPECT_TRUE(names(patched.scores.variables[1].long_name, {"change from the corrupted pass"}));
}

// What restores nothing is 0 to the bit.
TEST(MeasurePrediction, AnEditThatReachesNothingRestoresNothing) {
  Patched patched("{metrics: [logit]}", {"clean", "edited", "corrupted"},
                  R"({at: "blocks.1.attn.hook_q[*]", positions: [0]})");
  for (const double share : patched.with_clean_of(1, "logit_restored", 0)) EXPECT_EQ(share, 0);
}

TEST(MeasurePrediction, PassesOfDifferentLengthsAreComparedWhereBothHaveThePosition) {
  Patched patched("{metrics: [logit, kl_from_clean], positions: all}");
  const auto share = patched.with_clean_of(1, "logit_restored", 0);  // a clean text of 2 tokens, of 4
  const auto divergence = patched.with_clean_of(1, "kl_from_clean", 0);
  for (std::size_t cell = 0; cell < share.size(); ++cell) {
    EXPECT_EQ(std::isnan(share[cell]), cell % 4 >= 2) << cell;
    EXPECT_EQ(std::isnan(divergence[cell]), cell % 4 >= 2) << cell;
  }
}

TEST(MeasurePrediction, WhatCannotBeRestoredIsRefused) {
  const auto refused = [](const std::string& params, std::vector<std::string> inputs) {
    return refusal<ParamError>([&] { Patched(params, std::move(inputs)); });
  };
  EXPECT_TRUE(names(refused("{}", {"clean", "edited"}),
                    {"in: the edited passes are variants of another pass than `clean`", "`corrupted`"}));
  EXPECT_TRUE(names(refused("{}", {"corrupted", "edited", "clean"}),
                    {"in: the edited passes are variants of another pass than `corrupted`"}));
  EXPECT_TRUE(names(refused("{}", {"clean", "", "corrupted"}), {"in: ", "the input `edited` is missing"}));
  EXPECT_TRUE(names(refused("{restored: prob}", {"corrupted", "edited"}),
                    {"restored: the input `corrupted` is missing"}));
  const std::vector<std::string> all = {"clean", "edited", "corrupted"};
  EXPECT_TRUE(names(refused("{restored: logit}", all), {"restored: logit is not among metrics"}));
  EXPECT_TRUE(names(refused("{restored: top_token}", all), {"restored: top_token has no difference"}));
}

TEST(MeasurePrediction, ADifferenceThatIsNoneIsRefused) {
  const auto refused = [](const std::string& params) {
    return refusal<ParamError>([&] { Measured{params}; });
  };
  EXPECT_TRUE(names(refused("{metrics: logit_diff}"), {"difference: is missing", "[target, contrast]"}));
  EXPECT_TRUE(names(refused("{metrics: logit_diff, difference: [target]}"), {"has 1; must be two columns"}));
  EXPECT_TRUE(names(refused("{metrics: logit_diff, difference: [target, target]}"),
                    {"'target' is given twice; must be two columns"}));
  EXPECT_TRUE(names(refused("{metrics: logit_diff, difference: [target, nothing_like_it]}"),
                    {"difference: no prompt has a column 'nothing_like_it'"}));
}

std::string refused(const std::string& params, std::vector<pipeline::Prompt> prompts = two_prompts(),
                    bool edited = true) {
  return refusal<ParamError>([&] { Measured(params, std::move(prompts), edited); });
}

TEST(MeasurePrediction, UnknownMetricIsRefused) {
  EXPECT_TRUE(names(refused("{metrics: [log_prb]}"), {"'log_prb' (did you mean 'log_prob'?)"}));
}

TEST(MeasurePrediction, EmptyListsAreRefused) {
  EXPECT_TRUE(names(refused("{metrics: []}"), {"empty"}));
  EXPECT_TRUE(
      names(refused("{tokens: []}"), {"tokens: the list is empty", "log_prob, prob must be of a token",
                                      "metrics must be among top_token, entropy, kl_from_clean"}));
}

TEST(MeasurePrediction, ColumnTwiceIsRefused) {
  EXPECT_TRUE(names(refused("{tokens: [target, target]}"), {"'target' is given twice"}));
}

TEST(MeasurePrediction, DivergenceOfNothingIsRefused) {
  EXPECT_TRUE(
      names(refused("{metrics: [kl_from_clean]}", two_prompts(), false), {"kl_from_clean", "edited"}));
}

TEST(MeasurePrediction, PositionThatAPromptLacksIsRefusedWithItsName) {
  EXPECT_TRUE(names(refused("{positions: [3]}"), {"positions:", "prompt 'b': position 3"}));
}

TEST(MeasurePrediction, MissingColumnIsRefusedWithItsPrompt) {
  EXPECT_TRUE(names(refused("{tokens: [target]}", {ids_prompt("a", {1}, {{"targt", "3"}})}),
                    {"prompt 'a': has no column 'target' (did you mean 'targt'?)"}));
  EXPECT_TRUE(names(refused("{}", {ids_prompt("a", {1}, {{"kind", "x"}})}),
                    {"tokens: no prompt has a column 'target'", "log_prob, prob must be of a token",
                     "metrics must be among top_token"}));
}

TEST(MeasurePrediction, LogitsThatAreNoNumbersFailThePrompt) {
  StageChain chain(golden_model("three_heads"), {ids_prompt("a", {45, 49}, {{"target", "13"}})});
  chain.add("tokens", "tokenize");
  chain.add("clean", "forward", "{}", {"tokens"});
  chain.add("huge", "ablate", R"({at: blocks.1.mlp.hook_post, with: {value: 3e38}})", {"clean"});
  chain.add("scores", "measure.prediction", "{}", {"clean", "huge"});
  const auto& outcome = chain.run("scores").at(0);
  EXPECT_FALSE(outcome.value);
  EXPECT_TRUE(names(outcome.failure, {"the logit of token id ", "at position 1", "must be finite"}));
}

}  // namespace
}  // namespace hookflow::stages
