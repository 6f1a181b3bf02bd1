#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

#include "model/files/safetensors.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::ParamError;
using Names = std::vector<std::string>;

const std::string kQkv = R"(at: ["blocks.*.attn.hook_q", "blocks.*.attn.hook_k", "blocks.*.attn.hook_v"])";

/// measure.activation in a model of 2 layers of 3 heads of 16, on prompts of 7 and 3 tokens.
struct Measured {
  StageChain chain{golden_model("three_heads"),
                   {ids_prompt("a", {45, 49, 73, 92, 3, 13, 79}), ids_prompt("b", {24, 30, 84})}};
  pipeline::Output output;

  explicit Measured(const std::string& params, const std::vector<std::string>& inputs = {"clean", ""},
                    const std::string& edits = R"({at: "blocks.*.attn.hook_z[1]"})") {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("silenced", "ablate", edits, {"clean"});
    output = chain.add("kept", "measure.activation", params, inputs);
  }
  std::vector<double> of(const std::string& variable, std::size_t prompt = 0) {
    return chain.numbers("kept", variable, prompt);
  }
  [[nodiscard]] Names axes(std::size_t variable = 0) const {
    Names found;
    for (const auto& axis : output.variables.at(variable).axes) found.push_back(axis.name);
    return found;
  }
};

/// What another implementation computed of the first prompt's clean pass, row-major, axes as shape() has
/// them.
std::vector<float> golden(const std::string& place) {
  const SafetensorsFile file(golden_model("three_heads") + "/golden.safetensors");
  const StoredTensor& stored = file.tensors().at("clean/0/" + place);
  std::vector<float> values(stored.bytes.size() / sizeof(float));
  std::memcpy(values.data(), stored.bytes.data(), stored.bytes.size());
  return values;
}

void expect_golden(const std::vector<double>& found, std::size_t first, const std::string& place) {
  const std::vector<float> wanted = golden(place);
  ASSERT_LE(first + wanted.size(), found.size()) << place;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto value = static_cast<double>(wanted[i]);
    if (std::isinf(value)) {
      ASSERT_EQ(found[first + i], value) << place << " " << i;
    } else {
      ASSERT_NEAR(found[first + i], value, 1e-5 * std::max(1.0, std::fabs(value))) << place << " " << i;
    }
  }
}

TEST(MeasureActivation, EveryKindIsWhatTheReferenceHas) {
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"resid_post", "blocks.*.hook_resid_post"},
      {"mlp_out", "blocks.*.hook_mlp_out"},
      {"q", "blocks.*.attn.hook_q"},
      {"z", "blocks.*.attn.hook_z"},
      {"pattern", "blocks.*.attn.hook_pattern"},
      {"attn_scores", "blocks.*.attn.hook_attn_scores"},
      {"mlp_post", "blocks.*.mlp.hook_post"},
      {"ln1_scale", "blocks.*.ln1.hook_scale"}};
  for (const auto& [name, place] : kinds) {
    Measured measured("{at: \"" + place + "\"}");
    const auto found = measured.of(name);
    for (std::size_t layer = 0; layer < 2; ++layer) {
      std::string at_layer = place;
      at_layer.replace(at_layer.find('*'), 1, std::to_string(layer));
      expect_golden(found, layer * found.size() / 2, at_layer);
    }
  }
  expect_golden(Measured("{at: hook_embed}").of("embed"), 0, "hook_embed");
}

TEST(MeasureActivation, AxesAreThoseOfThePlace) {
  EXPECT_EQ(Measured("{" + kQkv + "}").axes(1), (Names{"layer", "position", "head", "dimension"}));
  EXPECT_EQ(Measured("{at: blocks.1.hook_resid_post}").axes(), (Names{"layer", "position", "dimension"}));
  EXPECT_EQ(Measured("{at: blocks.1.ln2.hook_scale}").axes(), (Names{"layer", "position"}));
  EXPECT_EQ(Measured("{at: blocks.1.attn.hook_pattern}").axes(), (Names{"layer", "head", "query", "key"}));
  EXPECT_EQ(Measured("{at: ln_final.hook_normalized}").axes(), (Names{"position", "dimension"}));
  EXPECT_EQ(Measured("{at: blocks.1.attn.hook_z, positions: last}").axes(),
            (Names{"layer", "head", "dimension"}));
  EXPECT_EQ(Measured("{" + kQkv + "}", {"", "silenced"}).axes(),
            (Names{"measured_layer", "position", "measured_head", "dimension"}));
}

TEST(MeasureActivation, SliceLeavesTheFirstPositionOut) {
  Measured all("{" + kQkv + "}");
  Measured some("{" + kQkv + ", positions: \"1:\"}");
  for (const char* const name : {"q", "k", "v"}) {
    const auto from = all.of(name);
    const auto picked = some.of(name);
    ASSERT_EQ(picked.size(), 2U * 6 * 48);
    for (std::size_t cell = 0; cell < picked.size(); ++cell) {
      EXPECT_NEAR(picked[cell], from[cell / (6 * 48) * 7 * 48 + 48 + cell % (6 * 48)], 1e-5);
    }
  }
}

TEST(MeasureActivation, ChosenHeadsAreAlone) {
  Measured all(R"({at: "blocks.1.attn.hook_v"})");
  Measured some(R"({at: "blocks.1.attn.hook_v[2]"})");
  const auto from = all.of("v");
  const auto picked = some.of("v");
  ASSERT_EQ(picked.size(), 7U * 16);
  for (std::size_t cell = 0; cell < picked.size(); ++cell) {
    EXPECT_EQ(picked[cell], from[(cell / 16 * 3 + 2) * 16 + cell % 16]);
  }
}

TEST(MeasureActivation, ShorterPromptsArePaddedOnTheRight) {
  Measured vectors("{at: blocks.0.hook_resid_post}");
  const auto residual = vectors.of("resid_post", 1);
  for (std::size_t cell = 0; cell < residual.size(); ++cell) {
    EXPECT_EQ(std::isnan(residual[cell]), cell >= 3 * 48);
  }
  Measured squares("{at: blocks.0.attn.hook_pattern}");
  const auto pattern = squares.of("pattern", 1);  // (3, 7, 7)
  for (std::size_t cell = 0; cell < pattern.size(); ++cell) {
    EXPECT_EQ(std::isnan(pattern[cell]), cell % 7 >= 3 || cell / 7 % 7 >= 3);
  }
}

TEST(MeasureActivation, OfVariantsComesWithTheChange) {
  Measured measured(R"({at: "blocks.*.attn.hook_z"})", {"clean", "silenced"});
  const auto z = measured.of("z");  // [variant layer, layer, position, head, dimension]
  const auto change = measured.of("z_change");
  Measured clean(R"({at: "blocks.*.attn.hook_z"})");
  const auto before = clean.of("z");
  const std::size_t layer_cells = 7 * 48;
  for (std::size_t cell = 0; cell < 2 * layer_cells; ++cell) {  // layer 0 silenced
    if (cell < layer_cells && cell % 48 / 16 == 1) {
      EXPECT_EQ(z[cell], 0);
    }
    EXPECT_NEAR(change[cell], z[cell] - before[cell], 1e-5);
  }
  for (std::size_t cell = 0; cell < layer_cells; ++cell) EXPECT_EQ(change[2 * layer_cells + cell], 0);
}

TEST(MeasureActivation, EveryVariableHasUnitsAndAName) {
  const Measured measured("{" + kQkv + "}", {"clean", "silenced"});
  EXPECT_EQ(measured.chain.variables("kept"), (Names{"q", "q_change", "k", "k_change", "v", "v_change"}));
  for (const auto& variable : measured.output.variables) {
    EXPECT_EQ(variable.units, "1");
    EXPECT_TRUE(names(variable.long_name, {"activation "}));
  }
}

std::string refused(const std::string& params, const std::vector<std::string>& inputs = {"clean", ""}) {
  return refusal<ParamError>([&] { Measured(params, inputs); });
}

TEST(MeasureActivation, PlacesThatAreNoneAreRefused) {
  EXPECT_TRUE(names(refused("{at: blocks.2.hook_resid_post}"), {"at: ", "layer"}));
  EXPECT_TRUE(names(refused("{at: []}"), {"empty"}));
}

TEST(MeasureActivation, VectorsOfOtherLengthsAreRefusedTogether) {
  EXPECT_TRUE(names(refused("{at: [blocks.0.hook_resid_post, blocks.0.attn.hook_q]}"),
                    {"at: resid_post and q have different labels along 'dimension'", "stage of its own"}));
}

TEST(MeasureActivation, PositionThatAPromptLacksIsRefused) {
  EXPECT_TRUE(names(refused("{" + kQkv + ", positions: [4]}"), {"positions:", "prompt 'b': position 4"}));
}

TEST(MeasureActivation, NoInputIsRefused) {
  EXPECT_TRUE(names(refused("{" + kQkv + "}", {"", ""}), {"in: there is no input"}));
}

}  // namespace
}  // namespace hookflow::stages
