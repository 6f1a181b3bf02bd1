#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/plain_prediction.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::ParamError;
using Ids = std::vector<std::int32_t>;

constexpr double kNear = 1e-5;

/// Prompts of 4 and 2 tokens, with answers of three and two tokens, and of one.
std::vector<pipeline::Prompt> two_prompts() {
  return {ids_prompt("a", {45, 49, 73, 92}, {{"target", "[13, 5, 88]"}, {"contrast", "40"}}),
          ids_prompt("b", {24, 30}, {{"target", "[96, 2]"}, {"contrast", "[0]"}})};
}

/// tokenize, forward and ablate: 6 variants.
class Answered {
 public:
  explicit Answered(std::vector<pipeline::Prompt> prompts = two_prompts())
      : chain(golden_model("three_heads"), std::move(prompts)) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("silenced", "ablate", R"({at: "blocks.*.attn.hook_z[*]"})", {"clean"});
  }
  /// The answer's log-probability by its definition: a pass of its own for each of its tokens.
  double log_prob(Ids prompt, const Ids& answer, const Variant& variant = {}) {
    double sum = 0;
    for (const std::int32_t id : answer) {
      const ForwardPlan plan = testing::last_logits();
      const Model& model = chain.subject().model();
      const CleanPass clean =
          run_clean(model, std::vector<Ids>{prompt}, testing::with_edits(plan, {variant}));
      const std::vector<EditedPrompt> edited = {{0, &variant}};
      const auto results = variant.empty() ? clean.results : run_edited(model, clean, edited, plan);
      sum += PlainPrediction(results.front().logits.row(0).values).log_prob(static_cast<std::size_t>(id));
      prompt.push_back(id);
    }
    return sum;
  }

  StageChain chain;
};

TEST(MeasureAnswer, IsTheSumOverItsTokensEachAfterThoseBefore) {
  Answered answered;
  answered.chain.add("answers", "measure.answer", "{answers: [target, contrast]}", {"clean", ""});
  EXPECT_EQ(answered.chain.variables("answers"),
            (std::vector<std::string>{"log_prob", "log_prob_per_token"}));
  const auto numbers = [&](const char* name, std::size_t prompt) {
    return answered.chain.numbers("answers", name, prompt);
  };
  EXPECT_NEAR(numbers("log_prob", 0).at(0), answered.log_prob({45, 49, 73, 92}, {13, 5, 88}), kNear);
  EXPECT_NEAR(numbers("log_prob", 0).at(1), answered.log_prob({45, 49, 73, 92}, {40}), kNear);
  EXPECT_NEAR(numbers("log_prob", 1).at(0), answered.log_prob({24, 30}, {96, 2}), kNear);
  EXPECT_EQ(numbers("log_prob_per_token", 0).at(0), numbers("log_prob", 0).at(0) / 3);
  EXPECT_EQ(numbers("log_prob_per_token", 1).at(1), numbers("log_prob", 1).at(1));
}

TEST(MeasureAnswer, OfVariantsIsThatOfEditedPassesWithItsChange) {
  Answered answered;
  answered.chain.add("answers", "measure.answer", "{}", {"clean", "silenced"});
  answered.chain.add("before", "measure.answer", "{}", {"clean", ""});
  for (std::size_t v = 0; v < 6; ++v) {
    const Variant silence = {{{HookKind::z, v / 3}, v % 3, Positions::all(), Replacement()}};
    const double log_prob = answered.chain.numbers("answers", "log_prob", 0).at(v);
    EXPECT_NEAR(log_prob, answered.log_prob({45, 49, 73, 92}, {13, 5, 88}, silence), kNear);
    EXPECT_EQ(answered.chain.numbers("answers", "log_prob_change", 0).at(v),
              log_prob - answered.chain.numbers("before", "log_prob", 0).at(0));
  }
}

TEST(MeasureAnswer, OfOneTokenIsThatOfThePrediction) {
  for (const char* with : {"zero", "{mean: head}", "{mean: positions}", "{value: 0.2}"}) {
    StageChain chain(golden_model("three_heads"), two_prompts());
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("edited", "ablate", std::string("{at: \"blocks.*.attn.hook_pattern[*]\", with: ") + with + "}",
              {"clean"});
    chain.add("answers", "measure.answer", "{answers: contrast}", {"clean", "edited"});
    std::vector<pipeline::Prompt> plain = two_prompts();
    for (pipeline::Prompt& prompt : plain) prompt.columns["contrast"] = prompt.id == "a" ? "40" : "0";
    StageChain one(golden_model("three_heads"), plain);
    one.add("tokens", "tokenize");
    one.add("clean", "forward", "{}", {"tokens"});
    one.add("edited", "ablate", std::string("{at: \"blocks.*.attn.hook_pattern[*]\", with: ") + with + "}",
            {"clean"});
    one.add("scores", "measure.prediction", "{tokens: contrast}", {"clean", "edited"});
    for (std::size_t prompt = 0; prompt < 2; ++prompt) {
      const auto got = chain.numbers("answers", "log_prob", prompt);
      const auto wanted = one.numbers("scores", "log_prob", prompt);
      ASSERT_EQ(got.size(), wanted.size());
      for (std::size_t v = 0; v < got.size(); ++v) EXPECT_NEAR(got[v], wanted[v], 1e-6) << with;
    }
  }
}

TEST(MeasureAnswer, LeavesOtherMeasuresOfThePassToTheBit) {
  Answered alone;
  alone.chain.add("entropy", "measure.prediction", "{metrics: entropy}", {"clean", "silenced"});
  Answered both;
  both.chain.add("answers", "measure.answer", "{}", {"clean", "silenced"});
  both.chain.add("entropy", "measure.prediction", "{metrics: entropy}", {"clean", "silenced"});
  for (std::size_t prompt = 0; prompt < 2; ++prompt)
    EXPECT_EQ(both.chain.numbers("entropy", "entropy", prompt),
              alone.chain.numbers("entropy", "entropy", prompt));
}

TEST(MeasureAnswer, RecordsItsTokens) {
  Answered answered;
  const pipeline::Output output =
      answered.chain.add("answers", "measure.answer", "{answers: [target, contrast]}", {"clean", ""});
  ASSERT_EQ(output.known.size(), 2U);
  EXPECT_EQ(output.known[0].variable.name, "token_id");
  EXPECT_EQ(output.known[0].values.read(0, 12),
            pipeline::Column(std::vector<std::int64_t>{13, 5, 88, 40, -1, -1, 96, 2, -1, 0, -1, -1}));
  EXPECT_EQ(output.known[1].variable.name, "token_count");
  EXPECT_EQ(output.known[1].values.read(0, 4), pipeline::Column(std::vector<std::int64_t>{3, 1, 2, 1}));
}

TEST(MeasureAnswer, CountsAPassAnAnswerAndNoneThatNobodyReads) {
  Answered answered;
  answered.chain.add("answers", "measure.answer", "{answers: [target, contrast]}", {"clean", "silenced"});
  EXPECT_EQ(answered.chain.cost("silenced").passes, 2 * 2 * 6);
  EXPECT_GT(answered.chain.cost("silenced").flops, 0);
  EXPECT_GT(answered.chain.bytes("clean").held, 0);
}

std::string problem(std::vector<pipeline::Prompt> prompts) {
  Answered answered(std::move(prompts));
  return refusal<ParamError>([&] { answered.chain.add("answers", "measure.answer", "{}", {"clean", ""}); });
}

TEST(MeasureAnswer, AnswersThatCannotBeFedAreToldAtOnce) {
  std::string many = "[1";
  for (int i = 0; i < 40; ++i) many += ", 1";
  const std::string message = problem(
      {ids_prompt("none", {1}), ids_prompt("text", {1}, {{"target", " Germany"}}),
       ids_prompt("empty", {1}, {{"target", "[]"}}), ids_prompt("high", {1}, {{"target", "[3, 97]"}}),
       ids_prompt("long", {1, 2}, {{"target", many + "]"}}), ids_prompt("fine", {1}, {{"target", "96"}})});
  EXPECT_TRUE(names(message, {"w.yaml:1: prompt 'none': has no column 'target'",
                              "prompt 'text': target: ' Germany' is neither a token id, 0 to 96",
                              "prompt 'empty': target: '[]' is empty; an answer needs at least one token",
                              "prompt 'high': target: '[3, 97]' is neither a token id",
                              "prompt 'long': target: '[1", "is 41 tokens, too many after a prompt of 2"}));
  EXPECT_EQ(message.find("'fine'"), std::string::npos);
}

TEST(MeasureAnswer, OfATextIsTheTextAsItStands) {
  StageChain chain("nano", {text_prompt("x", "Berlin is", {{"target", " the capital of"}})});
  chain.add("tokens", "tokenize", "{bos: true}");
  chain.add("clean", "forward", "{}", {"tokens"});
  const pipeline::Output output = chain.add("answers", "measure.answer", "{}", {"clean", ""});
  const Ids ids = chain.subject().tokenizer().encode(" the capital of");
  EXPECT_EQ(output.known[0].values.read(0, ids.size()),
            pipeline::Column(std::vector<std::int64_t>(ids.begin(), ids.end())));
  EXPECT_LT(chain.numbers("answers", "log_prob").at(0), 0);
  StageChain one("nano", {text_prompt("x", "Berlin is", {{"target", " the capital of"}})});
  one.add("tokens", "tokenize");
  one.add("clean", "forward", "{}", {"tokens"});
  const std::string message = refusal<ParamError>([&] {
    one.add("scores", "measure.prediction", "{}", {"clean", ""});
  });
  EXPECT_TRUE(names(
      message, {"is 3 tokens", "measure.answer, with answers: target, takes an answer of several tokens"}));
}

}  // namespace
}  // namespace hookflow::stages
