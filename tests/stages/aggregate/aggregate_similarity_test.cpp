#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;
using namespace testing_support;

struct NoSubject : Subject {
  std::vector<std::pair<std::string, std::string>> identity(std::stop_token) override { return {}; }
  std::map<std::string, std::string> provenance() override { return {}; }
  std::string description() const override { return ""; }
};

struct Block {
  Variable variable;
  std::vector<double> values;
};

/// name [prompt, neuron] of normally distributed values.
Block random_block(const std::string& name, std::size_t prompts, std::size_t neurons, double centre = 1) {
  std::mt19937 random(static_cast<std::uint32_t>(prompts * 1000 + neurons + name.front()));
  std::normal_distribution<double> normal(centre, 1);
  Block block{{name, Dtype::float32, {numbered("prompt", prompts), numbered("neuron", neurons)}, "1", name},
              {}};
  for (std::size_t i = 0; i < prompts * neurons; ++i) block.values.push_back(normal(random));
  return block;
}

/// name [prompt, layer, neuron], each layer of other values; and one of its layers alone.
Block layered_block(const std::string& name, std::size_t prompts, std::size_t layers, std::size_t neurons) {
  Block block = random_block(name, prompts, layers * neurons);
  block.variable.axes = {numbered("prompt", prompts), numbered("layer", layers), numbered("neuron", neurons)};
  return block;
}

Block layer_of(const Block& all, std::size_t layer) {
  const std::size_t layers = all.variable.axes[1].size(), neurons = all.variable.axes[2].size();
  Block one{all.variable, {}};
  one.variable.axes.erase(one.variable.axes.begin() + 1);
  for (std::size_t i = 0; i < all.values.size(); ++i)
    if (i / neurons % layers == layer) one.values.push_back(all.values[i]);
  return one;
}

/// The stage's variables by name.
class Similarity {
 public:
  Similarity(const std::vector<Block>& blocks, const std::string& params) {
    auto stage = make_stage("aggregate.similarity", params);
    NoSubject subject;
    const Output source;
    std::vector<Variable> variables;
    for (const Block& block : blocks) variables.push_back(block.variable);
    output =
        plan_stage("aggregate.similarity", *stage, {{}, subject, {{"source", &source, variables}}, {}, 1});
    MemorySink sink(output.variables);
    std::vector<std::vector<std::unique_ptr<StoredRows>>> inputs(1);
    for (const Block& block : blocks)
      inputs[0].push_back(std::make_unique<MemoryRows>(block.variable, block.values));
    dynamic_cast<const FoldStage&>(*stage).fold(inputs, sink);
    values_ = sink.values;
  }
  const std::vector<double>& operator[](const std::string& name) const { return values_.at(index(name)); }
  const Variable& variable(const std::string& name) const { return output.variables.at(index(name)); }
  Output output;

 private:
  std::size_t index(const std::string& name) const {
    for (std::size_t i = 0; i < output.variables.size(); ++i) {
      if (output.variables[i].name == name) return i;
    }
    throw std::logic_error("no variable " + name);
  }
  std::vector<std::vector<double>> values_;
};

/// The textbook formula between column i of a and column j of b.
double plain(const Block& a, std::size_t i, const Block& b, std::size_t j, bool centred) {
  const std::size_t rows = a.variable.axes[0].size(), na = a.variable.axes[1].size(),
                    nb = b.variable.axes[1].size();
  double mean_a = 0, mean_b = 0;
  for (std::size_t r = 0; centred && r < rows; ++r) {
    mean_a += a.values[r * na + i] / static_cast<double>(rows);
    mean_b += b.values[r * nb + j] / static_cast<double>(rows);
  }
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const double x = a.values[r * na + i] - mean_a, y = b.values[r * nb + j] - mean_b;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / std::sqrt(aa * bb);
}

TEST(Similarity, MatricesHoldTheTextbookFormulas) {
  const std::vector<Block> blocks = {random_block("q", 6, 4), random_block("k", 6, 4)};
  const Similarity found(blocks, "{between: neuron, matrix: true}");
  const Variable& cosine = found.variable("cosine");
  ASSERT_EQ(cosine.axes.size(), 3U);
  EXPECT_EQ(std::get<std::vector<std::string>>(cosine.axes[0].coordinates.labels()),
            (std::vector<std::string>{"q-q", "k-k", "q-k"}));
  EXPECT_EQ(cosine.axes[1].name, "neuron");
  EXPECT_EQ(cosine.axes[2].name, "other_neuron");
  const std::size_t sides[3][2] = {{0, 0}, {1, 1}, {0, 1}};
  for (std::size_t p = 0; p < 3; ++p) {
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t j = 0; j < 4; ++j) {
        const Block &a = blocks[sides[p][0]], &b = blocks[sides[p][1]];
        EXPECT_NEAR(found["cosine"][(p * 4 + i) * 4 + j], plain(a, i, b, j, false), 1e-7);
        EXPECT_NEAR(found["correlation"][(p * 4 + i) * 4 + j], plain(a, i, b, j, true), 1e-7);
      }
    }
  }
}

TEST(Similarity, WithinABlockEachPairCountsOnceAcrossEveryOne) {
  const std::vector<Block> blocks = {random_block("q", 5, 7), random_block("k", 5, 9)};
  const Similarity found(blocks, "{between: neuron, bins: 10}");
  EXPECT_EQ(found["cosine_pairs"], (std::vector<double>{21, 36, 63}));
  for (std::size_t p = 0; p < 3; ++p) {
    double count = 0, area = 0;
    for (std::size_t bin = 0; bin < 10; ++bin) {
      count += found["correlation_count"][p * 10 + bin];
      area += found["correlation_density"][p * 10 + bin] * 0.2;
    }
    EXPECT_EQ(count, found["correlation_pairs"][p]);
    EXPECT_NEAR(area, 1, 1e-12);
  }
}

TEST(Similarity, HistogramMeanAndStdAreThoseOfThePairs) {
  const Block q = random_block("q", 8, 30);
  const Similarity found({q}, "{between: neuron, bins: 20}");
  std::vector<double> counts(20), values;
  for (std::size_t i = 0; i < 30; ++i) {
    for (std::size_t j = i + 1; j < 30; ++j) {
      values.push_back(plain(q, i, q, j, true));
      ++counts[static_cast<std::size_t>((values.back() + 1) * 10)];
    }
  }
  EXPECT_EQ(found["correlation_count"], counts);
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  EXPECT_NEAR(found["correlation_mean"][0], mean, 1e-12);
  EXPECT_NEAR(found["correlation_std"][0], std::sqrt(squares / static_cast<double>(values.size() - 1)),
              1e-12);
}

TEST(Similarity, RowsAreComparedAlongTheOtherAxis) {
  const std::vector<Block> blocks = {random_block("q", 3, 40), random_block("k", 3, 50)};
  const Similarity found(blocks, "{between: prompt, across: false, matrix: true, measures: cosine}");
  EXPECT_EQ(found["cosine_pairs"], (std::vector<double>{3, 3}));
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    const double x = blocks[0].values[i], y = blocks[0].values[80 + i];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  EXPECT_NEAR(found["cosine"][2], ab / std::sqrt(aa * bb), 1e-7);  // prompt 0 against prompt 2
}

TEST(Similarity, TilesMeetWithoutAGap) {
  // More vectors than a tile has; a vector of two entries has the angle between.
  Block q{{"q", Dtype::float64, {numbered("prompt", 2), numbered("neuron", 5000)}, "1", "q"}, {}};
  for (std::size_t i = 0; i < 5000; ++i) q.values.push_back(std::cos(static_cast<double>(i)));
  for (std::size_t i = 0; i < 5000; ++i) q.values.push_back(std::sin(static_cast<double>(i)));
  const Similarity found({q}, "{between: neuron, measures: cosine, bins: 2}");
  EXPECT_EQ(found["cosine_pairs"][0], 5000.0 * 4999 / 2);
  double positive = 0;
  for (std::size_t apart = 1; apart < 5000; ++apart) {
    if (std::cos(static_cast<double>(apart)) >= 0) positive += static_cast<double>(5000 - apart);
  }
  EXPECT_EQ(found["cosine_count"][1], positive);
}

TEST(Similarity, ShufflingIsTheSameForASeedAndBreaksTheAlignment) {
  Block q = random_block("q", 200, 1), k = random_block("k", 200, 1);
  k.values = q.values;  // perfectly correlated
  const auto correlation = [&](const std::string& more) {
    return Similarity({q, k}, "{between: neuron, measures: correlation" + more + "}")["correlation_mean"][2];
  };
  EXPECT_NEAR(correlation(""), 1, 1e-12);
  const double shuffled = correlation(", shuffle: 1");
  EXPECT_LT(std::abs(shuffled), 0.3);
  EXPECT_EQ(correlation(", shuffle: 1"), shuffled);
  EXPECT_NE(correlation(", shuffle: 2"), shuffled);
  // A shuffled vector keeps its values: its cosine with a constant one stays.
  k.values.assign(200, 3.0);
  const auto cosine = [&](const std::string& more) {
    return Similarity({q, k}, "{between: neuron, measures: cosine" + more + "}")["cosine_mean"][2];
  };
  EXPECT_NEAR(cosine(", shuffle: 1"), cosine(""), 1e-12);
}

TEST(Similarity, WhatHasNoDirectionHasNoSimilarity) {
  Block q = random_block("q", 4, 3);
  for (std::size_t r = 0; r < 4; ++r) {
    q.values[r * 3] = 0;        // zero: no cosine, no correlation
    q.values[r * 3 + 1] = 0.1;  // constant: a cosine only
  }
  const Similarity found({q}, "{between: neuron, matrix: true}");
  EXPECT_EQ(found["cosine_pairs"][0], 1);
  EXPECT_EQ(found["correlation_pairs"][0], 0);
  EXPECT_TRUE(std::isnan(found["correlation_mean"][0]));
  EXPECT_TRUE(std::isnan(found["cosine"][1]));
  EXPECT_NEAR(found["cosine"][4], 1, 1e-7);
}

TEST(Similarity, FailedPromptsAreLeftOut) {
  Block q = random_block("q", 6, 4), without = random_block("q", 5, 4);
  without.values.assign(q.values.begin(), q.values.end() - 4);
  for (std::size_t i = 20; i < 24; ++i) q.values[i] = std::nan("");
  EXPECT_EQ(Similarity({q}, "{between: neuron}")["correlation_mean"],
            Similarity({without}, "{between: neuron}")["correlation_mean"]);
  const Similarity rows({q}, "{between: prompt, measures: cosine}");
  EXPECT_EQ(rows["cosine_pairs"][0], 10);
}

TEST(Similarity, TinyAndHugeValuesNeitherVanishNorOverflow) {
  Block q = random_block("q", 6, 2);
  const double wanted = plain(q, 0, q, 1, true);
  for (const double factor : {1e-200, 1e200}) {
    Block scaled = q;
    for (double& value : scaled.values) value *= factor;
    EXPECT_NEAR(Similarity({scaled}, "{between: neuron}")["correlation_mean"][0], wanted, 1e-12);
  }
}

/// Row `row` along the first axis of a variable.
std::vector<double> row_of(const Similarity& found, const std::string& name, std::size_t row) {
  const std::vector<double>& all = found[name];
  const std::size_t size = all.size() / found.variable(name).axes.front().size();
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(row * size);
  return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

TEST(Similarity, ALayerOfManyIsThatLayerAloneToTheBit) {
  std::vector<Block> blocks = {layered_block("q", 6, 3, 5), layered_block("k", 6, 3, 4)};
  for (std::size_t i = 0; i < 5; ++i)
    blocks[0].values[2 * 15 + 5 + i] = std::nan("");  // one layer lacks a prompt
  const std::string how = "{between: neuron, along: prompt, beyond: 0.5, shuffle: 3}";
  const Similarity all(blocks, how);
  EXPECT_EQ(all.variable("cosine_count").axes[0].name, "layer");
  EXPECT_EQ(all.variable("cosine_count").axes[1].name, "blocks");
  for (std::size_t layer = 0; layer < 3; ++layer) {
    const Similarity one({layer_of(blocks[0], layer), layer_of(blocks[1], layer)}, how);
    for (const Variable& variable : one.output.variables) {
      if (variable.name == "edges") continue;
      EXPECT_EQ(row_of(all, variable.name, layer), one[variable.name]) << variable.name;
    }
  }
}

TEST(Similarity, MatricesOfEachLayerAreRowsOfTheirOwn) {
  const std::vector<Block> blocks = {layered_block("q", 6, 3, 5), layered_block("k", 6, 3, 5)};
  const Similarity all(blocks, "{between: neuron, along: prompt, matrix: true}");
  ASSERT_EQ(all.variable("cosine").axes.size(), 4U);  // [layer, blocks, neuron, other_neuron]
  for (std::size_t layer = 0; layer < 3; ++layer) {
    const Similarity one({layer_of(blocks[0], layer), layer_of(blocks[1], layer)},
                         "{between: neuron, matrix: true}");
    EXPECT_EQ(row_of(all, "cosine", layer), one["cosine"]);
    EXPECT_EQ(row_of(all, "correlation", layer), one["correlation"]);
  }
}

TEST(Similarity, AxesMayStandInAnyOrder) {
  const Block q = layered_block("q", 4, 2, 3);
  Block turned{{"q", Dtype::float64, {q.variable.axes[1], q.variable.axes[2], q.variable.axes[0]}, "1", "q"},
               {}};
  for (std::size_t layer = 0; layer < 2; ++layer)
    for (std::size_t neuron = 0; neuron < 3; ++neuron)
      for (std::size_t prompt = 0; prompt < 4; ++prompt)
        turned.values.push_back(q.values[(prompt * 2 + layer) * 3 + neuron]);
  const std::string how = "{between: neuron, along: prompt}";
  EXPECT_EQ(Similarity({turned}, how)["cosine_mean"], Similarity({q}, how)["cosine_mean"]);
}

TEST(Similarity, PairsBeyondAThresholdAreCountedOnBothSides) {
  const Block q = random_block("q", 4, 20, 0);
  const Similarity found({q}, "{between: neuron, beyond: 0.9}");
  double beyond = 0;
  for (std::size_t i = 0; i < 20; ++i)
    for (std::size_t j = i + 1; j < 20; ++j) beyond += std::abs(plain(q, i, q, j, false)) > 0.9 ? 1 : 0;
  EXPECT_GT(beyond, 0);
  EXPECT_EQ(found["cosine_beyond_count"][0], beyond);
  EXPECT_EQ(found["cosine_beyond_share"][0], beyond / 190);
  EXPECT_TRUE(names(found.variable("cosine_beyond_share").long_name, {"beyond ±0.9"}));
}

TEST(Similarity, TheWorkIsToldBeforeTheRun) {
  const auto stage = make_stage("aggregate.similarity", "{between: neuron, along: prompt, measures: cosine}");
  NoSubject subject;
  const Output source;
  plan_stage("aggregate.similarity", *stage,
             {{}, subject, {{"source", &source, {layered_block("q", 6, 3, 5).variable}}}, {}, 1});
  EXPECT_EQ(stage->cost().flops, 3 * 2 * 6 * 10);  // layers, a product and a sum, entries, pairs
  EXPECT_EQ(stage->cost().bytes, 8 * (3 * 5 * 6 + 5 * 5));
}

TEST(Similarity, WhatCannotBeComparedIsRefused) {
  const auto refused = [](const std::vector<Block>& blocks, const std::string& params) {
    return refusal<ParamError>([&] { Similarity(blocks, params); });
  };
  const Block q = random_block("q", 3, 4);
  EXPECT_TRUE(names(refused({q}, "{between: neurons}"), {"between:", "'neurons'", "q has prompt neuron"}));
  EXPECT_TRUE(names(refused({q, random_block("k", 2, 4)}, "{between: neuron}"),
                    {"'q' and 'k'", "'prompt' (3)", "'prompt' (2)", "across: false"}));
  EXPECT_TRUE(names(refused({q, random_block("k", 3, 5)}, "{between: neuron, matrix: true}"),
                    {"matrix:", "'q' and 'k'", "'neuron'"}));
  const Block layers = layered_block("q", 3, 2, 4);
  EXPECT_TRUE(
      names(refused({layers}, "{between: neuron}"), {"between:", "q has prompt layer neuron", "`along`"}));
  EXPECT_TRUE(
      names(refused({layers}, "{between: neuron, along: head}"), {"along:", "'head'", "q has prompt"}));
  EXPECT_TRUE(names(refused({layers}, "{between: neuron, along: neuron}"), {"along: 'neuron'"}));
  EXPECT_TRUE(names(refused({layers, random_block("k", 3, 4)}, "{between: neuron, along: prompt}"),
                    {"in: 'q' keeps the axes layer and 'k' none"}));
  EXPECT_TRUE(names(refused({layers, layered_block("k", 3, 1, 4)}, "{between: neuron, along: prompt}"),
                    {"'k' layer, or other labels"}));
  EXPECT_TRUE(
      names(refused({q}, "{between: neuron, beyond: 1}"), {"1 is out of range", "from 0 to less than 1"}));
  EXPECT_TRUE(names(refused({q}, "{between: neuron, bins: 0}"), {"must be 1 to 1000000"}));
  EXPECT_TRUE(names(refused({q}, "{between: neuron, measures: [cosin]}"), {"'cosin'", "cosine"}));
}

}  // namespace
}  // namespace hookflow::stages
