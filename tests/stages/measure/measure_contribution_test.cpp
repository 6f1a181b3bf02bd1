#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/naive_gpt2.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::ParamError;

constexpr double kNear = 1e-5;
constexpr std::size_t kLayers = 2, kHeads = 3;
const std::string kDifference = "direction: [target, contrast]";

std::vector<pipeline::Prompt> two_prompts() {
  return {ids_prompt("a", {45, 49, 73, 92}, {{"target", "13"}, {"contrast", "40"}}),
          ids_prompt("b", {24, 30}, {{"target", "7"}, {"contrast", "0"}})};
}

/// measure.contribution in a model of 2 layers of 3 heads, on prompts of 4 and 2 tokens.
struct Measured {
  StageChain chain;
  pipeline::Output output;

  explicit Measured(const std::string& params, const std::vector<std::string>& inputs = {"clean", ""},
                    const std::string& edits = R"({at: "blocks.*.attn.hook_z[*]", rows: 64})",
                    const std::string& model = "three_heads")
      : chain(golden_model(model), two_prompts()) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("edited", "ablate", edits, {"clean"});
    output = chain.add("parts", "measure.contribution", params, inputs);
  }
  std::vector<double> of(const std::string& variable, std::size_t prompt = 0) {
    return chain.numbers("parts", variable, prompt);
  }
  /// That of all parts, of each pass and position.
  std::vector<double> sums(std::size_t prompt = 0) {
    std::vector<double> sums(of("total", prompt).size());
    for (const std::string& name : chain.variables("parts")) {
      if (name == "total" || name.ends_with("_change")) continue;
      const auto parts = of(name, prompt);
      for (std::size_t i = 0; i < parts.size(); ++i) sums[i / (parts.size() / sums.size())] += parts[i];
    }
    return sums;
  }
  void expect_sums(const std::string& about) {
    for (std::size_t prompt = 0; prompt < 2; ++prompt) {
      const auto total = of("total", prompt), summed = sums(prompt);
      for (std::size_t i = 0; i < total.size(); ++i) {
        if (std::isnan(total[i])) {
          EXPECT_TRUE(std::isnan(summed[i]));
        } else {
          EXPECT_NEAR(summed[i], total[i], kNear * std::max(1.0, std::abs(total[i]))) << about;
        }
      }
    }
  }
};

std::string vector_of(std::size_t width) {
  std::string numbers;
  for (std::size_t i = 0; i < width; ++i)
    numbers += (i == 0 ? "" : ", ") + std::to_string(0.1 * static_cast<double>(i % 7) - 0.2);
  return "{vector: [" + numbers + "]}";
}

TEST(MeasureContribution, PartsAddUpToTheLogitDifference) {
  Measured measured("{" + kDifference + ", positions: all}");
  // Of which all logits are made, too.
  measured.chain.add("scores", "measure.prediction",
                     "{metrics: [logit_diff, top_token], tokens: [target, contrast], positions: all}",
                     {"clean"});
  measured.expect_sums("clean");
  const auto& logits = measured.chain.value<Pass>("clean", 1).result().logits;
  for (std::size_t position = 0; position < 2; ++position) {
    const auto row = logits.row(position);
    const double total = measured.of("total", 1).at(position);
    EXPECT_NEAR(total, double{row.values[7]} - double{row.values[0]}, 1e-6 * std::max(1.0, std::abs(total)));
    EXPECT_EQ(total, measured.chain.numbers("scores", "logit_diff", 1).at(position));
  }
  EXPECT_TRUE(std::isnan(measured.of("heads", 1).back()));
}

// Edits of z, q, the MLP and the patterns change what parts add; those of the stream put in what no part
// adds.
TEST(MeasureContribution, PartsAddUpInEditedPassesWhateverIsEdited) {
  for (const std::string place :
       {"attn.hook_z[*]", "attn.hook_q[1]", "attn.hook_pattern[0]", "mlp.hook_post", "hook_mlp_out",
        "hook_resid_pre", "hook_attn_out", "hook_resid_mid", "hook_resid_post"}) {
    for (const std::string with : {"zero", "{value: 0.25}", "{mean: positions}"}) {
      for (const std::string& direction :
           {kDifference, std::string("direction: contrast"), "direction: " + vector_of(48)}) {
        // A constant row has no variance: the norm would magnify what rounding leaves of it.
        if (place.starts_with("hook_resid_") && with != "{mean: positions}") continue;
        Measured measured("{" + direction + ", positions: all}", {"clean", "edited"},
                          "{at: \"blocks.*." + place + "\", with: " + with + ", rows: 200}");
        measured.expect_sums(place + " " + with + " " + direction);
      }
    }
  }
}

TEST(MeasureContribution, PartsAddUpInOtherModels) {
  for (const std::string model : {"untied_relu", "gelu_bf16", "inverse_scale", "sharded_f16"}) {
    const std::vector<pipeline::Prompt> prompts = {
        ids_prompt("a", {5, 19, 23, 2}, {{"target", "13"}, {"contrast", "20"}})};
    StageChain chain(golden_model(model), prompts);
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("parts", "measure.contribution", "{direction: target}", {"clean"});
    chain.add("scores", "measure.prediction", "{metrics: [logit, top_token]}", {"clean"});
    double sum = 0;
    for (const std::string& name : chain.variables("parts")) {
      for (const double value : chain.numbers("parts", name)) sum += name == "total" ? 0 : value;
    }
    const float logit = chain.value<Pass>("clean").result().logits.row(0).values[13];
    EXPECT_EQ(chain.numbers("parts", "total"), chain.numbers("scores", "logit"));
    EXPECT_NEAR(chain.numbers("parts", "total").at(0), double{logit}, 1e-6 * std::max(1.0F, std::abs(logit)));
    EXPECT_NEAR(sum, double{logit}, 2 * kNear) << model;
  }
}

/// What a vector adds, in double and by the definition: centred, over the scale that is held.
double plainly(const std::vector<double>& vector, double scale, const LayerNormWeights& norm,
               const std::vector<double>& direction) {
  const double mean = std::accumulate(vector.begin(), vector.end(), 0.0) / static_cast<double>(vector.size());
  double sum = 0;
  for (std::size_t i = 0; i < vector.size(); ++i)
    sum += (vector[i] - mean) / scale * double{norm.weight[i]} * direction[i];
  return sum;
}

TEST(MeasureContribution, EachPartIsItsProductWithTheDirectionWithTheScaleHeld) {
  Measured measured("{" + kDifference + "}");
  const Model& model = measured.chain.subject().model();
  const testing::NaiveGpt2 plain(model, {45, 49, 73, 92});
  const auto row = [&](HookKind kind, std::size_t layer) { return plain.at.at({kind, layer}).at(3); };
  std::vector<double> direction;
  for (std::size_t i = 0; i < 48; ++i)
    direction.push_back(double{model.weights.unembedding.row(13)[i]} -
                        double{model.weights.unembedding.row(40)[i]});
  const double scale = row(HookKind::ln_final_scale, 0).at(0);
  const auto adds = [&](const std::vector<double>& vector) {
    return plainly(vector, scale, model.weights.final_norm, direction);
  };
  EXPECT_NEAR(measured.of("embed").at(0), adds(row(HookKind::embed, 0)), kNear);
  EXPECT_NEAR(measured.of("pos_embed").at(0), adds(row(HookKind::pos_embed, 0)), kNear);
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    const auto bias = model.weights.layers[layer].attention_out.bias;
    EXPECT_NEAR(measured.of("attention_biases").at(layer), adds({bias.begin(), bias.end()}), kNear);
    EXPECT_NEAR(measured.of("mlps").at(layer), adds(row(HookKind::mlp_out, layer)), kNear);
    const std::vector<double> results = row(HookKind::result, layer);  // (heads, d)
    for (std::size_t head = 0; head < kHeads; ++head) {
      const auto begin = results.begin() + static_cast<std::ptrdiff_t>(head * 48);
      EXPECT_NEAR(measured.of("heads").at(layer * kHeads + head), adds({begin, begin + 48}), kNear);
    }
  }
  EXPECT_NEAR(
      measured.of("total").at(0),
      plain.at.at({HookKind::logits, 0}).at(3).at(13) - plain.at.at({HookKind::logits, 0}).at(3).at(40),
      kNear);
}

TEST(MeasureContribution, AtALayersInputTheNormOfThatLayerIsHeld) {
  Measured measured("{at: blocks.1.hook_resid_pre, direction: " + vector_of(48) + "}");
  EXPECT_EQ(measured.output.variables[2].axes[0].size(), 1U);  // the layers before it
  measured.expect_sums("layer 1");
  const Model& model = measured.chain.subject().model();
  const testing::NaiveGpt2 plain(model, {45, 49, 73, 92});
  std::vector<double> direction;
  for (std::size_t i = 0; i < 48; ++i) direction.push_back(0.1 * static_cast<double>(i % 7) - 0.2);
  const auto row = [&](HookKind kind, std::size_t layer) { return plain.at.at({kind, layer}).at(3); };
  EXPECT_NEAR(measured.of("mlps").at(0),
              plainly(row(HookKind::mlp_out, 0), row(HookKind::ln1_scale, 1).at(0),
                      model.weights.layers[1].attention_norm, direction),
              kNear);
  const auto normalized = row(HookKind::ln1_normalized, 1);
  EXPECT_NEAR(measured.of("total").at(0),
              std::inner_product(normalized.begin(), normalized.end(), direction.begin(), 0.0), kNear);
  // What is edited in that layer, at its input, counts too; what is edited behind it does not.
  Measured edited("{at: blocks.1.hook_resid_pre, direction: " + vector_of(48) + "}", {"clean", "edited"},
                  "{at: [blocks.1.hook_resid_pre, blocks.1.hook_attn_out], with: {mean: positions}}");
  edited.expect_sums("edited");
  EXPECT_NE(edited.of("edits").at(0), 0);
  EXPECT_EQ(edited.of("edits").at(1), 0);
}

// Where no edit is of the stream, nothing is beside the parts; below an edit nothing changes, to the bit.
TEST(MeasureContribution, OfVariantsComesWithTheChange) {
  Measured measured("{" + kDifference + "}", {"clean", "edited"});
  const auto names = measured.chain.variables("parts");
  EXPECT_EQ(std::count(names.begin(), names.end(), "edits"), 0);
  EXPECT_EQ(std::count(names.begin(), names.end(), "heads_change"), 1);
  EXPECT_EQ(measured.output.variables[4].axes[0].name, "measured_layer");
  const auto heads = measured.of("heads");  // [variant layer, variant head, layer, head]
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    for (std::size_t head = 0; head < kHeads; ++head) {
      const std::size_t variant = layer * kHeads + head;
      EXPECT_EQ(heads.at(variant * kLayers * kHeads + layer * kHeads + head), 0);  // that is silenced
    }
  }
  Measured of_one("{" + kDifference + "}", {"clean", "edited"},
                  "{at: blocks.0.hook_attn_out, positions: [0]}");
  for (const double edits : of_one.of("edits_change")) EXPECT_LT(std::abs(edits), 1e-6);
}

std::string refused(const std::string& params) {
  return refusal<ParamError>([&] { Measured{params}; });
}

TEST(MeasureContribution, DirectionsThatAreNoneAreRefused) {
  EXPECT_TRUE(names(refused("{direction: [a, b, c]}"), {"names 3 columns", "[target, contrast]"}));
  EXPECT_TRUE(names(refused("{direction: [target, target]}"), {"'target' is given twice"}));
  EXPECT_TRUE(names(refused("{direction: {vector: []}}"), {"the vector has no number"}));
  EXPECT_TRUE(names(refused("{direction: {vectr: [1]}}"), {"is no direction", "{vector: [x, ...]}"}));
  EXPECT_TRUE(
      names(refused("{direction: {vector: [1, 2]}}"), {"direction: the vector has 2 numbers; must have 48"}));
  EXPECT_TRUE(names(refused("{direction: targt}"),
                    {"direction:", "prompt 'a': has no column 'targt' (did you mean 'target'?)"}));
}

TEST(MeasureContribution, PlacesThatAreNoneAreRefused) {
  EXPECT_TRUE(names(refused("{direction: target, at: blocks.1.hook_resid_pre}"),
                    {"direction: the logit of a token is behind the final norm", "{vector: [x, ...]}"}));
  const std::string vector = "{direction: " + vector_of(48);
  EXPECT_TRUE(names(refused(vector + ", at: blocks.1.hook_resid_mid}"), {"at: 'blocks.1.hook_resid_mid'"}));
  EXPECT_TRUE(names(refused(vector + ", at: blocks.*.hook_resid_pre}"), {"the input of one layer"}));
  EXPECT_TRUE(names(refused(vector + ", at: blocks.0.hook_resid_pre}"), {"the embeddings alone"}));
  EXPECT_TRUE(names(refused(vector + ", at: end}"), {"at: "}));
}

}  // namespace
}  // namespace hookflow::stages
