// Edits of some keys: what one query sees of one token, at scores and at patterns.
#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using testing::expect_close;
using testing::expected;
using testing::kTolerance;
using testing::NaiveGpt2;
using namespace testing_support;
using pipeline::ParamError;

const std::vector<std::int32_t> kIds = {45, 49, 73, 92, 12};
const HookPoint kPattern{HookKind::pattern, 1};

/// Edits of one prompt of 5 tokens, of a model of 2 layers of 3 heads.
struct Ablation {
  StageChain chain{golden_model("three_heads"), {ids_prompt("a", {kIds.begin(), kIds.end()})}};
  pipeline::Output output;

  explicit Ablation(const std::string& params, const std::string& of_pass = "{}") {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", of_pass, {"tokens"});
    output = chain.add("edited", "ablate", params, {"clean"});
  }
  Ablation& run() {
    PassRequest request;
    request.keep_logits(Positions::all());
    request.keep(kPattern, Positions::all());
    request.keep({HookKind::attn_scores, 1}, Positions::all());
    chain.ask("clean", request);
    chain.ask("edited", request);
    return *this;
  }
  const Variants& made() { return chain.value<Variants>("edited"); }
  Tensor logits(std::size_t variant = 0) { return tensor_of(made().results.at(variant).logits); }
  Tensor clean() { return tensor_of(chain.value<Pass>("clean").result().logits); }
  /// (query, head, key)
  Tensor held(HookKind kind) { return tensor_of(made().results.at(0).captured.at({kind, 1})); }
  void expect_naive(std::size_t variant, const Variant& edits) {
    const NaiveGpt2 naive(chain.subject().model(), kIds, edits);
    const ForwardPlan::Capture capture{{HookKind::logits, 0}, Positions::all()};
    expect_close(logits(variant), expected(naive, capture, chain.subject().config(), kIds.size()), kTolerance,
                 "variant " + std::to_string(variant));
  }
};

std::string refused(const std::string& params, const std::string& of_pass = "{}") {
  return refusal<std::exception>([&] { Ablation(params, of_pass); });
}

TEST(AblateKeys, AllAreAsNoneNamed) {
  for (const std::string edit :
       {R"(at: "blocks.*.attn.hook_pattern[*]", with: [zero, {value: 0.25}, {mean: head}, {scale: 2}])",
        R"(at: "blocks.*.attn.hook_attn_scores[*]", with: [zero, {value: 0.25}, {scale: 2}])"}) {
    Ablation named("{" + edit + ", keys: all}");
    Ablation plain("{" + edit + "}");
    named.run(), plain.run();
    for (std::size_t i = 0; i < plain.made().results.size(); ++i)
      EXPECT_EQ(named.logits(i).values, plain.logits(i).values) << edit << " " << i;
  }
}

TEST(AblateKeys, MaskedBehindTheQueryChangeNothing) {
  Ablation made(R"({at: "blocks.*.attn.hook_attn_scores", with: masked, positions: "1:3", keys: "3:"})");
  made.run();
  for (std::size_t layer = 0; layer < 2; ++layer) EXPECT_EQ(made.logits(layer).values, made.clean().values);
}

TEST(AblateKeys, MatchThePlainModel) {
  Ablation made(R"({variants: [
      {name: one, edits: {at: "blocks.0.attn.hook_attn_scores[1]", with: masked, positions: last, keys: [1, 2]}},
      {name: layers, edits: {at: "blocks.*.attn.hook_attn_scores", with: masked, positions: "1:", keys: [0]}},
      {name: weights, edits: [{at: "blocks.0.attn.hook_pattern[2]", with: zero, positions: [3, 4], keys: [2]},
                              {at: "blocks.0.attn.hook_pattern[2]", with: {value: 0.5}, positions: [3], keys: [0]}]},
      {name: scores, edits: {at: "blocks.1.attn.hook_attn_scores[0]", with: {add: [1, 2, 3, 4, 5]}, keys: "1:3"}}]})");
  made.run();
  const HookPoint scores{HookKind::attn_scores, 0};
  const Replacement masked("masked");
  made.expect_naive(0, {{scores, 1, Positions::last(), masked, {}, Positions::at({1, 2})}});
  Variant layers;
  for (std::size_t layer = 0; layer < 2; ++layer)
    layers.push_back(
        {{HookKind::attn_scores, layer}, {}, Positions::slice(1, {}), masked, {}, Positions::at({0})});
  made.expect_naive(1, layers);
  made.expect_naive(
      2,
      {{{HookKind::pattern, 0}, 2, Positions::at({3, 4}), {}, {}, Positions::at({2})},
       {{HookKind::pattern, 0}, 2, Positions::at({3}), Replacement("value", 0.5F), {}, Positions::at({0})}});
  made.expect_naive(3, {{{HookKind::attn_scores, 1},
                         0,
                         Positions::all(),
                         Replacement("add", std::vector<float>{1, 2, 3, 4, 5}),
                         {},
                         Positions::slice(1, 3)}});
}

TEST(AblateKeys, AreFoundByTheirToken) {
  const std::string edit =
      R"({at: "blocks.0.attn.hook_attn_scores", with: masked, positions: {token: 92}, keys: )";
  Ablation named(edit + "{token: 73, offset: -1}}"), numbered(edit + "[1]}");
  EXPECT_EQ(named.run().logits().values, numbered.run().logits().values);
  EXPECT_NE(named.logits().values, named.clean().values);
}

TEST(AblateKeys, PatternOfScoresAddsUpToOneAndThatOfWeightsDoesNot) {
  for (const bool of_scores : {true, false}) {
    Ablation made(std::string("{at: blocks.1.attn.") +
                  (of_scores ? "hook_attn_scores, with: masked" : "hook_pattern") +
                  ", positions: [3], keys: [1]}");
    const Tensor used = made.run().held(HookKind::pattern);
    const Tensor before = tensor_of(made.chain.value<Pass>("clean").result().captured.at(kPattern));
    const View weights = used.matrix();  // (query * head, key)
    for (std::size_t row = 0; row < weights.rows; ++row) {
      const auto keys = weights.row(row);
      if (row / 3 != 3) {
        EXPECT_TRUE(std::ranges::equal(keys, before.matrix().row(row))) << row;
        continue;
      }
      EXPECT_EQ(keys[1], 0);
      for (const std::size_t other : {0U, 2U, 3U, 4U}) {
        if (!of_scores) {
          EXPECT_EQ(keys[other], before.matrix().row(row)[other]) << row;
        }
      }
      EXPECT_GT(keys[0], 0);
      const float sum = std::accumulate(keys.begin(), keys.end(), 0.0F);
      EXPECT_NEAR(sum, of_scores ? 1 : 1 - before.matrix().row(row)[1], 1e-6);
    }
  }
}

TEST(AblateKeys, HeldScoresAreMinusInfinityWhereHiddenAndElseTheCleanPasss) {
  Ablation made("{at: blocks.1.attn.hook_attn_scores, with: masked, positions: [3], keys: [1, 4]}");
  const Tensor used = made.run().held(HookKind::attn_scores);
  Tensor wanted = tensor_of(made.chain.value<Pass>("clean").result().captured.at({HookKind::attn_scores, 1}));
  for (std::size_t head = 0; head < 3; ++head)
    wanted.matrix().row(3 * 3 + head)[1] = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(used.values, wanted.values);
}

TEST(AblateKeys, EditedPassesBelowKeepTheirs) {
  Ablation made(
      R"({at: "blocks.1.attn.hook_attn_scores", with: masked, positions: last, keys: [2]})",
      R"({edits: [{at: "blocks.*.attn.hook_attn_scores", with: masked, positions: [3, 4], keys: [0, 1]}]})");
  Variant edits;
  for (std::size_t layer = 0; layer < 2; ++layer)
    edits.push_back({{HookKind::attn_scores, layer},
                     {},
                     Positions::at({3, 4}),
                     Replacement("masked"),
                     {},
                     Positions::at({0, 1})});
  edits.push_back(
      {{HookKind::attn_scores, 1}, {}, Positions::last(), Replacement("masked"), {}, Positions::at({2})});
  made.run().expect_naive(0, edits);
}

TEST(AblateKeys, OfThePassBelowThatShowKeysBehindTheQueryCarryWhatChangesThere) {
  const auto expect = [](const std::string& head, std::optional<std::size_t> index) {
    Ablation made("{at: hook_embed, positions: [3], with: zero}",
                  "{edits: [{at: \"blocks.0.attn.hook_pattern" + head +
                      "\", positions: [0], keys: [3], with: {value: 0.5}}]}");
    const Replacement half("value", 0.5F);
    made.run().expect_naive(
        0, {{{HookKind::pattern, 0}, index, Positions::at({0}), half, {}, Positions::at({3})},
            {{HookKind::embed, 0}, {}, Positions::at({3}), Replacement(), {}, {}}});
  };
  expect("", {});
  expect("[2]", 2);
}

TEST(AblateKeys, EachKeyOfEachQueryIsLeftOutWhereNoKeyIsLeft) {
  Ablation made("{at: blocks.0.attn.hook_attn_scores, with: masked, positions: each, keys: each}");
  const Variants& variants = made.run().made();
  ASSERT_EQ(variants.results.size(), 25U);
  for (std::size_t i = 0; i < 25; ++i) {
    EXPECT_EQ(variants.fits[i], i != 0) << i;
    if (i == 0) continue;
    EXPECT_EQ(made.logits(i).values == made.clean().values, i % 5 > i / 5) << i;
  }
}

TEST(AblateKeys, AreRefusedWithPromptQueryAndRule) {
  const std::string scores = "{at: blocks.0.attn.hook_attn_scores, with: masked, ";
  EXPECT_TRUE(
      names(refused(scores + "keys: [0]}"),
            {"prompt 'a'", "the query at position 0 has no key left to look at", "must leave it one"}));
  EXPECT_TRUE(
      names(refused(scores + "positions: last, keys: all}"), {"position 4", "0 to 4 are all masked"}));
  EXPECT_TRUE(names(
      refused(scores + "positions: last, keys: \"1:\"}",
              "{edits: [{at: blocks.0.attn.hook_attn_scores, with: masked, positions: last, keys: [0]}]}"),
      {"position 4", "0 to 4 are all masked"}));
  EXPECT_TRUE(names(refused("{at: blocks.0.attn.hook_pattern, positions: [0], keys: [1]}",
                            "{edits: [{at: blocks.0.attn.hook_pattern, with: {value: 0.5}}]}"),
                    {"in: ", "blocks.0.attn.hook_pattern", "does not reach; must be of all keys"}));
  EXPECT_TRUE(names(refused("{at: blocks.0.hook_mlp_out}",
                            "{edits: [{at: blocks.0.attn.hook_attn_scores, with: masked, keys: [0]}]}"),
                    {"edits", "position 0 has no key left"}));
  EXPECT_TRUE(names(refused(scores + "positions: last, keys: {token: 5}}"),
                    {"keys", "does not occur in the prompt"}));
  EXPECT_TRUE(names(refused("{keys: last, variants: [{name: one, edits: {at: blocks.0.attn.hook_pattern}}]}"),
                    {"keys: cannot be given together with variants"}));
  EXPECT_TRUE(names(refused("{variants: [{name: one, edits: {at: blocks.0.attn.hook_z, keys: last}}]}"),
                    {"variants: 'one', edit 1: keys: blocks.*.attn.hook_z has no keys"}));
  EXPECT_TRUE(names(
      refused("{variants: [{name: one, edits: [{at: blocks.0.attn.hook_pattern, keys: [0, 1]}, "
              "{at: \"blocks.0.attn.hook_pattern[2]\", keys: [1, 2]}]}]}"),
      {"edit 1 and edit 2 both change blocks.0.attn.hook_pattern[2] at position 0, key 1 of prompt 'a'"}));
}

}  // namespace
}  // namespace hookflow::stages
