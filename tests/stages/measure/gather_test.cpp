#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "stages/params/token_choice.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tensor_of.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::ParamError;
using Prompts = std::vector<pipeline::Prompt>;

const std::string kQkv = R"(at: [blocks.1.attn.hook_q, blocks.1.attn.hook_k, blocks.1.attn.hook_v])";

/// Token 13 once each, at positions 3 and 1.
Prompts two_prompts() {
  return {ids_prompt("a", {45, 49, 73, 13, 3}, {{"word", "49"}}),
          ids_prompt("b", {24, 13, 30}, {{"word", "30"}})};
}

/// gather in a model of 2 layers of 3 heads of 16.
struct Gathered {
  StageChain chain;
  pipeline::Output output;

  explicit Gathered(const std::string& params, Prompts prompts = two_prompts(),
                    const std::vector<std::string>& inputs = {"clean", ""},
                    const std::string& model = golden_model("three_heads"))
      : chain(model, std::move(prompts)) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("zeroed", "ablate", R"({at: "blocks.1.attn.hook_q[*]"})", {"clean"});
    output = chain.add("vectors", "gather", params, inputs);
  }
  std::vector<double> of(const std::string& variable, std::size_t prompt = 0) {
    return chain.numbers("vectors", variable, prompt);
  }
};

/// What the model holds at a place of one prompt of two_prompts(), from a pass of its own.
std::vector<double> plain(Gathered& gathered, std::size_t prompt, const HookPoint& place,
                          std::size_t position, std::size_t first, std::size_t count) {
  const std::vector<std::vector<std::int32_t>> ids = {{45, 49, 73, 13, 3}, {24, 13, 30}};
  ForwardPlan plan;
  plan.captures = {{place, Positions::all()}};
  const CleanPass pass = run_clean(gathered.chain.subject().model(), ids, plan);
  const Tensor tensor = tensor_of(pass.results[prompt].captured.at(place));
  const std::size_t width = tensor.values.size() / tensor.shape[0];
  const auto begin = tensor.values.begin() + static_cast<std::ptrdiff_t>(position * width + first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

void expect_near(const std::vector<double>& found, const std::vector<double>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-5) << i;
}

TEST(Gather, TakesTheVectorWhereTheTokenStands) {
  Gathered gathered("{" + kQkv + ", token: 13}");
  EXPECT_EQ(gathered.chain.variables("vectors"), (std::vector<std::string>{"q", "k", "v", "position"}));
  const std::vector<HookKind> kinds = {HookKind::q, HookKind::k, HookKind::v};
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const std::size_t position = prompt == 0 ? 3 : 1;
    EXPECT_EQ(gathered.of("position", prompt), std::vector<double>{static_cast<double>(position)});
    for (std::size_t v = 0; v < 3; ++v) {
      expect_near(gathered.of(gathered.output.variables[v].name, prompt),
                  plain(gathered, prompt, {kinds[v], 1}, position, 0, 48));
    }
  }
}

TEST(Gather, OffsetTakesTheTokenBefore) {
  Gathered gathered("{" + kQkv + ", token: 13, offset: -1}");
  EXPECT_EQ(gathered.of("position", 0).at(0), 2);
  EXPECT_EQ(gathered.of("position", 1).at(0), 0);
  expect_near(gathered.of("k", 1), plain(gathered, 1, {HookKind::k, 1}, 0, 0, 48));
}

TEST(Gather, ColumnNamesEachPromptsToken) {
  Gathered gathered("{at: blocks.0.hook_resid_post, token: {column: word}}");
  EXPECT_EQ(gathered.of("position", 0).at(0), 1);
  EXPECT_EQ(gathered.of("position", 1).at(0), 2);
  expect_near(gathered.of("resid_post", 1), plain(gathered, 1, {HookKind::resid_post, 0}, 2, 0, 48));
}

TEST(Gather, PositionCountsFromEitherEnd) {
  Gathered gathered("{at: ln_final.hook_normalized, position: -2}");
  EXPECT_EQ(gathered.of("position", 0).at(0), 3);
  expect_near(gathered.of("ln_final_normalized", 1),
              plain(gathered, 1, {HookKind::ln_final_normalized, 0}, 1, 0, 48));
}

TEST(Gather, NeuronsAreNumberedInThePlaceAndSeveralLayersAreAnAxis) {
  Gathered gathered("{at: \"blocks.*.attn.hook_v[2]\", token: 13}");
  const auto& axes = gathered.output.variables[0].axes;
  ASSERT_EQ(axes.size(), 2U);
  EXPECT_EQ(axes[0].name, "layer");
  EXPECT_EQ(axes[1].name, "neuron");
  const auto neurons = std::get<std::vector<std::int64_t>>(axes[1].coordinates.labels());
  EXPECT_EQ(neurons.size(), 16U);
  EXPECT_EQ(neurons.front(), 32);
  auto wanted = plain(gathered, 0, {HookKind::v, 0}, 3, 32, 16);
  const auto upper = plain(gathered, 0, {HookKind::v, 1}, 3, 32, 16);
  wanted.insert(wanted.end(), upper.begin(), upper.end());
  expect_near(gathered.of("v"), wanted);
}

TEST(Gather, TakesEditedPassesToo) {
  Gathered gathered("{" + kQkv + ", token: 13}", two_prompts(), {"", "zeroed"});
  const auto q = gathered.of("q");
  ASSERT_EQ(q.size(), 3U * 48);  // a variant a head
  for (std::size_t cell = 0; cell < q.size(); ++cell) EXPECT_EQ(q[cell] == 0, cell % 48 / 16 == cell / 48);
  EXPECT_EQ(gathered.of("position"), (std::vector<double>{3, 3, 3}));
}

TEST(Gather, TextIsLookedUpInTheModelsTokenizer) {
  Gathered gathered("{at: blocks.0.hook_resid_post, token: \" her\"}",
                    {text_prompt("a", "Anna lost her keys."), text_prompt("b", "It is her.")}, {"clean", ""},
                    "nano");
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const auto& ids = gathered.chain.value<Tokens>("tokens", prompt).ids;
    const auto position = static_cast<std::size_t>(gathered.of("position", prompt).at(0));
    EXPECT_EQ(gathered.chain.subject().tokenizer().token(ids.at(position)), " her");
  }
}

TEST(Gather, PromptWithoutTheTokenFailsAloneWithItsTokens) {
  Gathered gathered("{" + kQkv + ", token: 30}");
  EXPECT_EQ(gathered.chain.run("vectors").at(0).failure,
            "token 30 does not occur in the prompt, and must occur exactly once; the prompt's tokens are 45, "
            "49, 73, 13, 3");
  EXPECT_EQ(gathered.of("position", 1).at(0), 2);
}

TEST(Gather, PromptWithTheTokenTwiceFails) {
  Gathered gathered("{" + kQkv + ", token: 13}", {ids_prompt("a", {13, 4, 13}), ids_prompt("b", {13})});
  EXPECT_TRUE(names(gathered.chain.run("vectors").at(0).failure, {"token 13 occurs 2 times", "13, 4, 13"}));
  EXPECT_EQ(gathered.of("position", 1).at(0), 0);
}

TEST(Gather, OffsetOutOfThePromptFails) {
  Gathered gathered("{" + kQkv + ", token: 13, offset: -2}");
  EXPECT_EQ(gathered.chain.run("vectors").at(1).failure,
            "offset -2 from position 1 is outside the prompt of 3 tokens");
  EXPECT_EQ(gathered.of("position", 0).at(0), 1);
}

TEST(Gather, EveryVariableHasUnitsAndAName) {
  const Gathered gathered("{" + kQkv + ", token: 13}");
  for (const auto& variable : gathered.output.variables) {
    EXPECT_EQ(variable.units, "1");
    EXPECT_FALSE(variable.long_name.empty());
  }
}

TEST(Gather, TokensReadBack) {
  for (const std::string text : {"\" her\"", "607", "{\"column\":\"word\"}", "null"}) {
    TokenChoice token;
    read_param(pipeline::parse_yaml_value(text), token);
    EXPECT_EQ(pipeline::to_json(write_param(token)), text);
  }
  TokenChoice quoted;
  read_param(pipeline::parse_yaml_value("\"607\""), quoted);
  EXPECT_EQ(quoted.text, "607");
}

std::string refused(const std::string& params, Prompts prompts = two_prompts(),
                    const std::vector<std::string>& inputs = {"clean", ""}) {
  return refusal<ParamError>([&] { Gathered(params, std::move(prompts), inputs); });
}

TEST(Gather, TokenThatNoPromptHasIsRefused) {
  EXPECT_TRUE(
      names(refused("{" + kQkv + ", token: 77}"),
            {"token: no prompt has such a position; prompt 'a': token 77 does not occur in the prompt",
             "45, 49, 73"}));
  EXPECT_TRUE(names(refused("{" + kQkv + ", position: 9}"),
                    {"position: no prompt has such a position", "position 9"}));
  EXPECT_TRUE(
      names(refused("{" + kQkv + ", token: 13, offset: 9}"), {"no prompt has such a position", "offset 9"}));
  for (const std::string offset : {"9223372036854775807", "-9223372036854775808"}) {
    EXPECT_TRUE(names(refused("{" + kQkv + ", token: 13, offset: " + offset + "}"),
                      {"no prompt has such a position", "offset " + offset}));
  }
}

TEST(Gather, TokenThatIsNoneIsRefused) {
  EXPECT_TRUE(names(refused("{" + kQkv + ", token: 97}"),
                    {"token: token id 97 is not in the model's vocabulary, 0 to 96"}));
  EXPECT_TRUE(
      names(refused("{" + kQkv + ", token: [13]}"), {"[13] does not name a token", "{column: name}"}));
  EXPECT_TRUE(names(refused("{" + kQkv + ", token: 1.5}"), {"'1.5' is not a whole number"}));
  EXPECT_TRUE(names(refused("{" + kQkv + ", token: {colum: word}}"), {"does not name a token"}));
  EXPECT_TRUE(names(refused("{" + kQkv + ", token: \" her\"}"), {"token: ", "give the token's id"}));
  EXPECT_TRUE(names(refused("{" + kQkv + ", token: {column: wrd}}"),
                    {"token:", "prompt 'a': has no column 'wrd' (did you mean 'word'?)"}));
}

TEST(Gather, TextOfSeveralTokensIsRefused) {
  const std::string problem = refusal<ParamError>([] {
    Gathered("{" + kQkv + ", token: \" her keys\"}", {text_prompt("a", "Anna")}, {"clean", ""}, "nano");
  });
  EXPECT_TRUE(names(problem, {"token: ' her keys' is 2 tokens", "must be exactly one"}));
}

TEST(Gather, TokenAndPositionOrNeitherAreRefused) {
  EXPECT_TRUE(names(refused("{" + kQkv + "}"), {"token: is missing; must be given unless position is"}));
  EXPECT_TRUE(names(refused("{" + kQkv + ", token: 13, position: 1}"), {"position: token is given as well"}));
  EXPECT_TRUE(names(refused("{" + kQkv + ", position: first}"), {"'first' is not a whole number"}));
  EXPECT_TRUE(names(refused("{" + kQkv + ", token: 13, offset: one}"), {"'one' is not a whole number"}));
}

TEST(Gather, PlacesThatDoNotGoTogetherAreRefused) {
  EXPECT_TRUE(names(refused("{at: blocks.0.attn.hook_pattern, token: 13}"), {"at: ", "no vector"}));
  EXPECT_TRUE(names(refused("{at: [blocks.0.attn.hook_q, blocks.0.mlp.hook_post], token: 13}"),
                    {"at: q and mlp_post have different labels along 'neuron'"}));
  EXPECT_TRUE(names(refused("{at: [], token: 13}"), {"empty"}));
}

TEST(Gather, BothInputsOrNoneAreRefused) {
  EXPECT_TRUE(names(refused("{" + kQkv + ", token: 13}", two_prompts(), {"clean", "zeroed"}),
                    {"in: clean and edited passes are both given"}));
  EXPECT_TRUE(
      names(refused("{" + kQkv + ", token: 13}", two_prompts(), {"", ""}), {"in: there is no input"}));
}

}  // namespace
}  // namespace hookflow::stages
