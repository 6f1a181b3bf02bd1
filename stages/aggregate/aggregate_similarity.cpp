#include <algorithm>
#include <cmath>
#include <functional>

#include "model/numerics/blas.hpp"
#include "pipeline/stage/registry.hpp"
#include "stages/aggregate/item_vectors.hpp"
#include "stages/aggregate/prompt_groups.hpp"
#include "stages/statistics/similarity_tally.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// Two blocks whose vectors are compared; within one block, each pair once.
struct BlockPair {
  std::size_t a = 0;
  std::size_t b = 0;
};

/// Cosines and correlations of vectors within and across blocks. Each variable of the input is a block; the
/// matrix of all pairs is computed in tiles by matrix products and kept only when asked for.
class AggregateSimilarity : public FoldStage {
 public:
  std::string between;
  std::vector<std::string> by;
  std::vector<std::string> measures = {"cosine", "correlation"};
  bool across = true;
  std::int64_t bins = 100;
  bool matrix = false;
  std::optional<std::int64_t> shuffle;

  Output plan(const PlanContext& context) override {
    const std::vector<Variable> blocks = find_blocks(context.inputs[0].variables);
    group_entries(blocks, context);
    for (std::size_t a = 0; a < blocks.size(); ++a) pairs_.push_back({a, a});
    for (std::size_t a = 0; across && a < blocks.size(); ++a) {
      for (std::size_t b = a + 1; b < blocks.size(); ++b) pairs_.push_back({a, b});
    }
    return declare(blocks);
  }

  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs, FoldSink& sink) const override {
    std::vector<ItemVectors> blocks;
    for (const auto& rows : inputs[0]) {
      if (is_block(rows->variable())) blocks.emplace_back(*rows, between);
    }
    std::vector<bool> complete(blocks.front().length(), true);
    for (const ItemVectors& block : blocks) block.find_missing_entries(complete);
    sink.write(edges_, 0, tally_edges(static_cast<std::size_t>(bins)));
    const std::vector<std::vector<bool>> chosen = entries_by_group(complete);
    for (const Measure& measure : measured_) write(measure, compare(blocks, chosen, measure, sink), sink);
  }

 private:
  /// A measure, and where it is written.
  struct Measure {
    ItemVectors::Scale scale = ItemVectors::Scale::cosine;
    VariableId count, density, pairs, mean, std;
    VariableId matrix;  // where matrices are stored
  };

  static constexpr std::size_t kPanel = 2048;                       // vectors of a tile's side, at most,
  static constexpr std::size_t kPanelCells = std::size_t{1} << 23;  // and their numbers

  [[nodiscard]] bool is_block(const Variable& variable) const {
    return variable.axes.size() == 2 && variable.dtype != Dtype::int64 &&
           (variable.axes[0].name == between || variable.axes[1].name == between);
  }

  [[nodiscard]] std::vector<Variable> find_blocks(const std::vector<Variable>& variables) const {
    std::vector<Variable> blocks;
    std::string found;
    for (const Variable& variable : variables) {
      if (is_block(variable)) blocks.push_back(variable);
      found += (found.empty() ? "" : "; ") + variable.name + " has";
      for (const Axis& axis : variable.axes) found += " " + axis.name;
    }
    if (blocks.empty()) {
      throw ParamError("between", "no variable has exactly two axes, one of them '" + between +
                                      "': " + found + "; of a further axis pick one label, as in x[layer=6]");
    }
    for (const Variable& block : blocks) check_comparable(blocks.front(), block);
    return blocks;
  }

  /// Groups of prompts are compared by the entries that are theirs.
  void group_entries(const std::vector<Variable>& blocks, const PlanContext& context) {
    for (const Variable& block : blocks) {
      if (!by.empty() && entries(block).name != "prompt")
        throw ParamError("by", "groups prompts, but the entries of the vectors of '" + block.name +
                                   "' are along '" + entries(block).name + "'");
    }
    groups_ = group_prompts(by, context);
  }

  /// For each group, which entries of the vectors are of it and complete.
  [[nodiscard]] std::vector<std::vector<bool>> entries_by_group(const std::vector<bool>& complete) const {
    if (groups_.axes.empty()) return {complete};
    std::vector<std::vector<bool>> chosen(cell_count(groups_.axes), std::vector<bool>(complete.size()));
    for (std::size_t i = 0; i < complete.size(); ++i) chosen[groups_.cell_of[i]][i] = complete[i];
    return chosen;
  }

  [[nodiscard]] const Axis& entries(const Variable& block) const {
    return block.axes[block.axes[0].name == between ? 1 : 0];
  }
  [[nodiscard]] const Axis& items(const Variable& block) const {
    return block.axes[block.axes[0].name == between ? 0 : 1];
  }

  void check_comparable(const Variable& first, const Variable& block) const {
    if (across && entries(first).coordinates != entries(block).coordinates) {
      throw ParamError("in", "the vectors of '" + first.name + "' and '" + block.name +
                                 "' cannot be compared: their axes '" + entries(first).name + "' (" +
                                 std::to_string(entries(first).size()) + ") and '" + entries(block).name +
                                 "' (" + std::to_string(entries(block).size()) +
                                 ") differ; set across: false");
    }
    if (matrix && items(first).coordinates != items(block).coordinates) {
      throw ParamError("matrix", "the blocks '" + first.name + "' and '" + block.name + "' differ along '" +
                                     between + "', so their matrices have no common shape");
    }
  }

  [[nodiscard]] Output declare(const std::vector<Variable>& blocks) {
    std::vector<std::string> labels;
    for (const auto& [a, b] : pairs_) labels.push_back(blocks[a].name + "-" + blocks[b].name);
    const Axis pair_axis = {"blocks", labels, "blocks whose vectors are compared", ""};
    const std::vector<double> edges = tally_edges(static_cast<std::size_t>(bins));
    std::vector<double> centres;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) centres.push_back((edges[i] + edges[i + 1]) / 2);
    std::vector<Axis> compared = {pair_axis};
    compared.insert(compared.end(), groups_.axes.begin(), groups_.axes.end());
    const auto along = [&](const std::vector<Axis>& more) {
      std::vector<Axis> axes = compared;
      axes.insert(axes.end(), more.begin(), more.end());
      return axes;
    };
    const std::vector<Axis> histogram = along({{"bin", centres, "centre of the bin", "1"}});
    std::vector<std::int64_t> edge_labels(edges.size());
    for (std::size_t i = 0; i < edges.size(); ++i) edge_labels[i] = static_cast<std::int64_t>(i);

    Output output;
    edges_ = output.add(
        {"edges", Dtype::float64, {{"edge", edge_labels, "edge of the bins", ""}}, "1", "edges of the bins"});
    for (const std::string& name : measures) {
      const std::string of = name + " of two vectors along " + between;
      Measure& measure = measured_.emplace_back();
      if (name == "correlation") measure.scale = ItemVectors::Scale::correlation;
      measure.count = output.add({name + "_count", Dtype::int64, histogram, "1", "number of pairs: " + of});
      measure.density = output.add({name + "_density", Dtype::float64, histogram, "1", "density: " + of});
      measure.pairs = output.add({name + "_pairs", Dtype::int64, compared, "1",
                                  "number of pairs of vectors; within a block each once"});
      measure.mean = output.add({name + "_mean", Dtype::float64, compared, "1", "mean: " + of});
      measure.std =
          output.add({name + "_std", Dtype::float64, compared, "1", "unbiased standard deviation: " + of});
      output.relate(measure.density, measure.count, Relation::detail);
      for (const VariableId binned : {measure.density, measure.count})
        output.relate(binned, edges_, Relation::edges);
      for (const VariableId of_it : {measure.pairs, measure.std})
        output.relate(measure.mean, of_it, Relation::detail);
      output.variables[measure.mean.index].zero_is_neutral = true;
      if (!matrix) continue;
      Axis other = items(blocks.front());
      other.name = "other_" + other.name;
      measure.matrix =
          output.add({name, Dtype::float32, along({items(blocks.front()), other}), "1", of, true});
    }
    return output;
  }

  /// A tally of each pair of blocks and each group's entries; a pair's matrices are written at once, as they
  /// may be large.
  [[nodiscard]] std::vector<SimilarityTally> compare(const std::vector<ItemVectors>& blocks,
                                                     const std::vector<std::vector<bool>>& chosen,
                                                     const Measure& measure, FoldSink& sink) const {
    std::vector<SimilarityTally> tallies;
    for (std::size_t p = 0; p < pairs_.size(); ++p) {
      const auto& [a, b] = pairs_[p];
      const std::size_t cells = blocks[a].count() * blocks[b].count();
      std::vector<float> whole(matrix ? chosen.size() * cells : 0);
      for (std::size_t g = 0; g < chosen.size(); ++g) {
        SimilarityTally& tally = tallies.emplace_back(static_cast<std::size_t>(bins));
        for_each_tile(blocks[a], blocks[b], chosen[g], measure.scale, [&](const Tile& tile) {
          add(tile, a == b, tally);
          if (matrix) copy(tile, blocks[b].count(), std::span(whole).subspan(g * cells, cells));
        });
      }
      if (matrix) sink.write(measure.matrix, p, whole);
    }
    return tallies;
  }

  /// Similarities of vectors [first_row, first_row + rows) of one block with [first_column, ...) of another.
  struct Tile {
    std::size_t first_row, rows, first_column, columns;
    std::vector<double> values;  // (rows, columns)
  };

  /// Within a block only what is right of the diagonal, so that each pair counts once.
  static void add(const Tile& tile, bool within, SimilarityTally& tally) {
    for (std::size_t r = 0; r < tile.rows; ++r) {
      const std::size_t i = tile.first_row + r, j = tile.first_column;
      const std::size_t from = within && i + 1 > j ? std::min(i + 1 - j, tile.columns) : 0;
      tally.add(std::span(tile.values).subspan(r * tile.columns + from, tile.columns - from));
    }
  }

  static void copy(const Tile& tile, std::size_t columns, std::span<float> matrix) {
    for (std::size_t i = 0; i < tile.values.size(); ++i)
      matrix[(tile.first_row + i / tile.columns) * columns + tile.first_column + i % tile.columns] =
          static_cast<float>(tile.values[i]);
  }

  void for_each_tile(const ItemVectors& a, const ItemVectors& b, const std::vector<bool>& complete,
                     ItemVectors::Scale scale, const std::function<void(const Tile&)>& use) const {
    const std::size_t length = std::max<std::size_t>(1, complete.size());
    const std::size_t side = std::clamp<std::size_t>(kPanelCells / length, 1, kPanel);
    for (std::size_t i = 0; i < a.count(); i += side) {
      const std::size_t rows = std::min(side, a.count() - i);
      const std::vector<double> left = a.panel({i, rows, scale, shuffle}, complete);
      for (std::size_t j = 0; j < b.count(); j += side) {
        if (&a == &b && j < i && !matrix) continue;  // the mirror image of a tile that was used
        const std::size_t columns = std::min(side, b.count() - j);
        const std::vector<double> right = b.panel({j, columns, scale, shuffle}, complete);
        Tile tile{i, rows, j, columns, std::vector<double>(rows * columns)};
        multiply_transposed(left, right, left.size() / rows, tile.values);
        if (left.empty()) std::ranges::fill(tile.values, std::nan(""));  // vectors without entries
        use(tile);
      }
    }
  }

  static void write(const Measure& measure, const std::vector<SimilarityTally>& tallies, FoldSink& sink) {
    std::vector<std::int64_t> counts, pairs;
    std::vector<double> densities, means, stds;
    for (const SimilarityTally& tally : tallies) {
      counts.insert(counts.end(), tally.counts().begin(), tally.counts().end());
      const std::vector<double> density = tally.density();
      densities.insert(densities.end(), density.begin(), density.end());
      pairs.push_back(tally.total());
      means.push_back(tally.mean());
      stds.push_back(tally.std());
    }
    sink.write(measure.count, 0, counts);
    sink.write(measure.density, 0, densities);
    sink.write(measure.pairs, 0, pairs);
    sink.write(measure.mean, 0, means);
    sink.write(measure.std, 0, stds);
  }

  std::vector<BlockPair> pairs_;
  Groups groups_;
  VariableId edges_;
  std::vector<Measure> measured_;
};

const bool kAggregateSimilarity = register_stage(
    Declaration<AggregateSimilarity>(
        "aggregate.similarity",
        "Similarity of vectors, within each variable of the input and between variables: histograms, means "
        "and, if asked for, matrices of cosine similarity and Pearson correlation")
        .input("in", kMeasures,
               "blocks of vectors: every variable with exactly two axes, one of them `between`; failed "
               "prompts are left out")
        .output(
            kMeasures,
            "<measure>_count, _density [blocks, bin], _pairs, _mean, _std [blocks], edges [edge] of the bins "
            "on [-1, 1], and <measure> itself with `matrix`")
        .summary("*_mean", "{each blocks: {range}}")
        .such_as("between: neuron", "vectors")
        .required("between", &AggregateSimilarity::between,
                  "Axis whose labels name the vectors; the entries of a vector are along the other axis")
        .param("by", &AggregateSimilarity::by, kByDoc, each_once())
        .param("measures", &AggregateSimilarity::measures, "What is computed for each pair of vectors a, b",
               each_choice({{"cosine", "a.b / (|a| |b|), from -1 to 1"},
                            {"correlation",
                             "Pearson's correlation: the cosine after each vector's mean is subtracted"}}))
        .param("across", &AggregateSimilarity::across,
               "Whether vectors of different variables are compared too")
        .param("bins", &AggregateSimilarity::bins, "Number of histogram bins on [-1, 1]", countable())
        .param("matrix", &AggregateSimilarity::matrix, "Whether the matrices themselves are stored")
        .param("shuffle", &AggregateSimilarity::shuffle,
               "Seed of a control: the entries of each vector are first put in a random order of its own"));

}  // namespace
}  // namespace hookflow::stages
