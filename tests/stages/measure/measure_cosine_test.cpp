#include <cmath>

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::ParamError;

constexpr double kNear = 1e-5;
const std::string kHead1 = R"({at: "blocks.*.attn.hook_z[1]"})";
const std::string kResidual = R"(at: "blocks.*.hook_resid_post")";

/// Prompts of 9 and 3 tokens.
std::vector<pipeline::Prompt> two_prompts() {
  return {ids_prompt("a", {45, 49, 73, 92, 3, 13, 79, 24, 30}), ids_prompt("b", {24, 30, 84})};
}

/// measure.cosine of the clean pass, of variants, or of both, in a model of 2 layers of 3 heads of 16.
struct Measured {
  StageChain chain{golden_model("three_heads"), two_prompts()};
  pipeline::Output output;

  explicit Measured(const std::string& params, const std::vector<std::string>& inputs = {"clean", ""},
                    const std::string& edits = kHead1) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("silenced", "ablate", edits, {"clean"});
    output = chain.add("ripple", "measure.cosine", params, inputs);
  }
  std::vector<double> of(const std::string& variable, std::size_t prompt = 0) {
    return chain.numbers("ripple", variable, prompt);
  }
  [[nodiscard]] std::vector<std::string> axes(std::size_t variable = 0) const {
    std::vector<std::string> names;
    for (const auto& axis : output.variables.at(variable).axes) names.push_back(axis.name);
    return names;
  }
};

/// The formula in plain words.
double plain_cosine(std::span<const float> a, std::span<const float> b) {
  long double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<long double>(a[i]) * b[i];
    aa += static_cast<long double>(a[i]) * a[i];
    bb += static_cast<long double>(b[i]) * b[i];
  }
  return static_cast<double>(ab / std::sqrt(aa) / std::sqrt(bb));
}

/// Everything at a place, of a clean pass or of one that silences head 1 of a layer, straight from the model.
Tensor captured(StageChain& chain, const HookPoint& place, std::optional<std::size_t> silenced = {}) {
  const Model& model = chain.subject().model();
  const std::vector<std::vector<std::int32_t>> ids = {{45, 49, 73, 92, 3, 13, 79, 24, 30}};
  ForwardPlan plan;
  plan.captures = {{place, Positions::all()}};
  if (!silenced) return tensor_of(run_clean(model, ids, plan).results[0].captured.at(place));
  const Variant variant = {{{HookKind::z, *silenced}, 1, Positions::all(), {}}};
  const EditedPrompt edited{0, &variant};
  const CleanPass clean = run_clean(model, ids, testing::with_edits(plan, {variant}));
  return tensor_of(run_edited(model, clean, std::span(&edited, 1), plan)[0].captured.at(place));
}

TEST(MeasureCosine, EightVectorsGive28PairsOfEveryLayer) {
  Measured measured("{" + kResidual + "}");
  EXPECT_EQ(measured.axes(), (std::vector<std::string>{"layer", "pair"}));
  const auto labels =
      std::get<std::vector<std::string>>(measured.output.variables[0].axes[1].coordinates.labels());
  ASSERT_EQ(labels.size(), 28U);
  EXPECT_EQ(labels.front(), "1-2");
  EXPECT_EQ(labels[7], "2-3");
  EXPECT_EQ(labels.back(), "7-8");
  const auto cosine = measured.of("cosine");
  std::size_t cell = 0;
  for (std::size_t layer = 0; layer < 2; ++layer) {
    const Tensor residual = captured(measured.chain, {HookKind::resid_post, layer});
    for (std::size_t i = 1; i < 9; ++i) {
      for (std::size_t j = i + 1; j < 9; ++j) {
        const double wanted = plain_cosine(residual.matrix().row(i), residual.matrix().row(j));
        EXPECT_NEAR(cosine.at(cell++), wanted, kNear);
      }
    }
  }
  EXPECT_EQ(cell, cosine.size());
}

TEST(MeasureCosine, OfVariantsEqualsThePlainFormula) {
  Measured measured("{" + kResidual + "}", {"", "silenced"});
  EXPECT_EQ(measured.axes(), (std::vector<std::string>{"measured_layer", "pair"}));
  EXPECT_EQ(measured.output.variables.size(), 1U);
  const auto cosine = measured.of("cosine");
  std::size_t cell = 0;
  for (const std::size_t silenced : {0U, 1U}) {
    for (std::size_t layer = 0; layer < 2; ++layer) {
      const Tensor residual = captured(measured.chain, {HookKind::resid_post, layer}, silenced);
      for (std::size_t i = 1; i < 9; ++i) {
        for (std::size_t j = i + 1; j < 9; ++j) {
          const double wanted = plain_cosine(residual.matrix().row(i), residual.matrix().row(j));
          EXPECT_NEAR(cosine.at(cell++), wanted, kNear);
        }
      }
    }
  }
  EXPECT_EQ(cell, cosine.size());
}

TEST(MeasureCosine, BelowTheEditNothingChangesToTheBit) {
  Measured measured("{" + kResidual + "}", {"clean", "silenced"});
  const auto cosine = measured.of("cosine");
  const auto change = measured.of("cosine_change");
  Measured clean("{" + kResidual + "}");
  const auto before = clean.of("cosine");
  ASSERT_EQ(change.size(), 2U * 2 * 28);
  for (std::size_t pair = 0; pair < 28; ++pair) {
    EXPECT_NE(change[pair], 0);           // layer 0 silenced, layer 0 measured
    EXPECT_NE(change[28 + pair], 0);      // ... layer 1 measured
    EXPECT_EQ(change[2 * 28 + pair], 0);  // layer 1 silenced, layer 0 measured
    EXPECT_NE(change[3 * 28 + pair], 0);  // ... layer 1 measured
  }
  for (std::size_t cell = 0; cell < change.size(); ++cell) {
    EXPECT_NEAR(change[cell], cosine[cell] - before[cell % (2 * 28)], 1e-6);
  }
}

TEST(MeasureCosine, EditedLayersAreTheDiagonalOfAllLayers) {
  Measured all("{" + kResidual + "}", {"clean", "silenced"});
  Measured edited("{" + kResidual + ", layers: edited}", {"clean", "silenced"});
  EXPECT_EQ(edited.axes(), (std::vector<std::string>{"pair"}));
  for (const char* const name : {"cosine", "cosine_change"}) {
    for (std::size_t prompt = 0; prompt < 2; ++prompt) {
      const auto from = all.of(name, prompt);
      const auto picked = edited.of(name, prompt);
      ASSERT_EQ(picked.size(), 2U * 28);
      for (std::size_t layer = 0; layer < 2; ++layer) {
        for (std::size_t pair = 0; pair < 28; ++pair) {
          const double wanted = from[(layer * 2 + layer) * 28 + pair];
          const double found = picked[layer * 28 + pair];
          EXPECT_TRUE(found == wanted || (std::isnan(found) && std::isnan(wanted)));
        }
      }
    }
  }
}

TEST(MeasureCosine, HeadsAreComparedEachAlone) {
  Measured measured(R"({at: "blocks.1.attn.hook_k[0,2]", pairs: [[0, -1], [2, 1]]})");
  EXPECT_EQ(measured.axes(), (std::vector<std::string>{"layer", "head", "pair"}));
  EXPECT_EQ(measured.output.variables[0].axes[2].coordinates,
            pipeline::Coordinates(std::vector<std::string>{"0--1", "2-1"}));
  const Tensor keys = captured(measured.chain, {HookKind::k, 1});  // (9, 3, 16)
  const auto key = [&](std::size_t position, std::size_t head) {
    return keys.matrix().row(position * 3 + head);
  };
  const auto cosine = measured.of("cosine");
  ASSERT_EQ(cosine.size(), 4U);
  EXPECT_NEAR(cosine[0], plain_cosine(key(0, 0), key(8, 0)), kNear);
  EXPECT_NEAR(cosine[1], plain_cosine(key(2, 0), key(1, 0)), kNear);
  EXPECT_NEAR(cosine[2], plain_cosine(key(0, 2), key(8, 2)), kNear);
  EXPECT_NEAR(cosine[3], plain_cosine(key(2, 2), key(1, 2)), kNear);
}

TEST(MeasureCosine, ShorterPromptsLackThePairsBehindTheirEnd) {
  Measured measured("{" + kResidual + "}");
  const auto cosine = measured.of("cosine", 1);  // 3 tokens: the pair 1-2 alone
  for (std::size_t cell = 0; cell < cosine.size(); ++cell) {
    EXPECT_EQ(std::isnan(cosine[cell]), cell % 28 != 0) << cell;
  }
}

TEST(MeasureCosine, SeveralKindsAreAVariableEach) {
  Measured measured(R"({at: ["blocks.*.hook_resid_post", "ln_final.hook_normalized"], positions: [1, 2]})");
  EXPECT_EQ(measured.chain.variables("ripple"),
            (std::vector<std::string>{"cosine_resid_post", "cosine_ln_final_normalized"}));
  EXPECT_EQ(measured.axes(0), (std::vector<std::string>{"layer", "pair"}));
  EXPECT_EQ(measured.axes(1), (std::vector<std::string>{"pair"}));
  const Tensor normalized = captured(measured.chain, {HookKind::ln_final_normalized, 0});
  EXPECT_NEAR(measured.of("cosine_ln_final_normalized").at(0),
              plain_cosine(normalized.matrix().row(1), normalized.matrix().row(2)), kNear);
}

TEST(MeasureCosine, ZeroVectorHasNoDirection) {
  Measured measured(R"({at: blocks.1.hook_resid_post, positions: [0, 1, 2]})", {"clean", "silenced"},
                    "{at: blocks.1.hook_resid_post, positions: [1]}");
  const auto cosine = measured.of("cosine");  // 0-1, 0-2, 1-2
  const auto change = measured.of("cosine_change");
  EXPECT_TRUE(std::isnan(cosine.at(0)) && std::isnan(change.at(0)));
  EXPECT_FALSE(std::isnan(cosine.at(1)));
  EXPECT_TRUE(std::isnan(cosine.at(2)) && std::isnan(change.at(2)));
}

TEST(MeasureCosine, EqualVectorsAreExactlyOneAlike) {
  Measured same("{at: blocks.1.hook_resid_post, positions: [0, 1]}", {"", "silenced"},
                "{at: blocks.1.hook_resid_post, with: {value: 0.1}}");
  EXPECT_EQ(same.of("cosine").at(0), 1);
}

TEST(MeasureCosine, VectorThatIsNotFiniteFailsThePrompt) {
  Measured measured("{at: blocks.1.hook_resid_post}", {"", "silenced"},
                    "{at: blocks.1.mlp.hook_post, with: {value: 3e38}}");
  EXPECT_TRUE(names(measured.chain.run("ripple").at(0).failure,
                    {"blocks.1.hook_resid_post at position ", "must be finite"}));
}

TEST(MeasureCosine, EveryVariableHasUnitsAndAName) {
  const Measured measured("{" + kResidual + "}", {"clean", "silenced"});
  ASSERT_EQ(measured.output.variables.size(), 2U);
  for (const auto& variable : measured.output.variables) {
    EXPECT_EQ(variable.units, "1");
    EXPECT_TRUE(names(variable.long_name, {"cosine similarity of resid_post"}));
    EXPECT_EQ(variable.axes.back().long_name, "pair of positions i-j, counted from 0");
  }
  EXPECT_TRUE(measured.output.variables[1].long_name.starts_with("change from the clean pass"));
}

std::string refused(const std::string& params, const std::vector<std::string>& inputs = {"clean", ""},
                    const std::string& edits = kHead1) {
  return refusal<ParamError>([&] { Measured(params, inputs, edits); });
}

TEST(MeasureCosine, NoInputIsRefused) {
  EXPECT_TRUE(
      names(refused("{" + kResidual + "}", {"", ""}), {"in: there is no input; must be a clean pass"}));
}

TEST(MeasureCosine, VariantsOfAnotherPassAreRefused) {
  Measured measured("{" + kResidual + "}");
  measured.chain.add("again", "forward", "{}", {"tokens"});
  const std::string problem = refusal<ParamError>([&] {
    measured.chain.add("other", "measure.cosine", "{" + kResidual + "}", {"again", "silenced"});
  });
  EXPECT_TRUE(names(problem, {"in: the edited passes are variants of another pass"}));
}

TEST(MeasureCosine, PlaceWithoutVectorsIsRefused) {
  EXPECT_TRUE(
      names(refused("{at: blocks.0.attn.hook_pattern}"), {"at: blocks.*.attn.hook_pattern", "vector"}));
  EXPECT_TRUE(names(refused("{at: blocks.0.ln1.hook_scale}"), {"at: blocks.*.ln1.hook_scale", "vector"}));
  EXPECT_TRUE(names(refused("{at: blocks.0.hook_resid}"), {"at: ", "hook_resid"}));
  EXPECT_TRUE(names(refused("{at: []}"), {"empty"}));
}

TEST(MeasureCosine, PlacesOfOtherLayersAreRefusedTogether) {
  EXPECT_TRUE(names(refused("{at: [blocks.0.hook_resid_post, blocks.1.hook_resid_pre]}"),
                    {"at: cosine_resid_post and cosine_resid_pre have different labels along 'layer'"}));
}

TEST(MeasureCosine, PositionsThatMakeNoPairAreRefused) {
  EXPECT_TRUE(names(refused("{" + kResidual + ", positions: last}"), {"positions: there is no pair"}));
  EXPECT_TRUE(
      names(refused("{" + kResidual + ", positions: [0, 4]}"), {"positions:", "prompt 'b': position 4"}));
}

TEST(MeasureCosine, PairsThatAreNoneAreRefused) {
  EXPECT_TRUE(
      names(refused("{" + kResidual + ", pairs: [1, 2]}"), {"1 is not a list of pairs", "[[1, 2], [1, 3]]"}));
  EXPECT_TRUE(names(refused("{" + kResidual + ", pairs: all}"), {"\"all\"", "must be unique or a list"}));
  EXPECT_TRUE(names(refused("{" + kResidual + ", pairs: []}"), {"[]", "must be unique or a list"}));
  EXPECT_TRUE(names(refused("{" + kResidual + ", pairs: [[1, 2], [1, 2]]}"), {"[1,2] is given twice"}));
  EXPECT_TRUE(names(refused("{" + kResidual + ", pairs: [[1, 7]]}"), {"pairs:", "prompt 'b': position 7"}));
}

TEST(MeasureCosine, EditedLayersWithoutAnEditThereAreRefused) {
  const std::vector<std::string> both = {"clean", "silenced"};
  EXPECT_TRUE(names(refused("{" + kResidual + ", layers: some}"), {"unknown value 'some'"}));
  EXPECT_TRUE(names(refused("{" + kResidual + ", layers: edited}"),
                    {"layers: edited", "must be the variants of an ablate stage"}));
  EXPECT_TRUE(names(refused("{at: blocks.1.hook_resid_post, layers: edited}", both),
                    {"layers: a variant edits blocks.0.attn.hook_z first", "hook_resid_post"}));
  EXPECT_TRUE(names(refused("{at: ln_final.hook_normalized, layers: edited}", both),
                    {"layers: ", "ln_final.hook_normalized of that layer is not in `at`"}));
}

}  // namespace
}  // namespace hookflow::stages
