#include <algorithm>
#include <cmath>
#include <functional>

#include "model/numerics/blas.hpp"
#include "pipeline/stage/registry.hpp"
#include "stages/aggregate/item_vectors.hpp"
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
  std::vector<std::string> measures = {"cosine", "correlation"};
  bool across = true;
  std::int64_t bins = 100;
  bool matrix = false;
  std::optional<std::int64_t> shuffle;

  Output plan(const PlanContext& context) override {
    const std::vector<Variable> blocks = find_blocks(context.inputs[0].variables);
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
    for (const Measure& measure : measured_) write(measure, compare(blocks, complete, measure, sink), sink);
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
      throw ParamError("between", "no variable has exactly the axis '" + between + "' and one more: " +
                                      found + "; a longer one can be cut, as in x[layer=6]");
    }
    for (const Variable& block : blocks) check_comparable(blocks.front(), block);
    return blocks;
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
    const std::vector<Axis> histogram = {pair_axis, {"bin", centres, "centre of the bin", "1"}};
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
      measure.pairs = output.add({name + "_pairs",
                                  Dtype::int64,
                                  {pair_axis},
                                  "1",
                                  "number of pairs of vectors; within a block each once"});
      measure.mean = output.add({name + "_mean", Dtype::float64, {pair_axis}, "1", "mean: " + of});
      measure.std =
          output.add({name + "_std", Dtype::float64, {pair_axis}, "1", "unbiased standard deviation: " + of});
      if (!matrix) continue;
      Axis other = items(blocks.front());
      other.name = "other_" + other.name;
      measure.matrix = output.add({name, Dtype::float32, {pair_axis, items(blocks.front()), other}, "1", of});
    }
    return output;
  }

  /// A tally of each pair of blocks; their matrices are written at once, as they may be large.
  [[nodiscard]] std::vector<SimilarityTally> compare(const std::vector<ItemVectors>& blocks,
                                                     const std::vector<bool>& complete,
                                                     const Measure& measure, FoldSink& sink) const {
    std::vector<SimilarityTally> tallies;
    for (std::size_t p = 0; p < pairs_.size(); ++p) {
      const auto& [a, b] = pairs_[p];
      std::vector<float> whole(matrix ? blocks[a].count() * blocks[b].count() : 0);
      SimilarityTally& tally = tallies.emplace_back(static_cast<std::size_t>(bins));
      for_each_tile(blocks[a], blocks[b], complete, measure.scale, [&](const Tile& tile) {
        for (std::size_t r = 0; r < tile.rows; ++r) {
          const std::span<const double> row = std::span(tile.values).subspan(r * tile.columns, tile.columns);
          const std::size_t i = tile.first_row + r, j = tile.first_column;
          // Within a block only what is right of the diagonal, so that each pair counts once.
          const std::size_t from = a == b && i + 1 > j ? std::min(i + 1 - j, tile.columns) : 0;
          tally.add(row.subspan(from));
          if (!matrix) continue;
          for (std::size_t c = 0; c < tile.columns; ++c)
            whole[i * blocks[b].count() + j + c] = static_cast<float>(row[c]);
        }
      });
      if (matrix) sink.write(measure.matrix, p, whole);
    }
    return tallies;
  }

  /// Similarities of vectors [first_row, first_row + rows) of one block with [first_column, ...) of another.
  struct Tile {
    std::size_t first_row, rows, first_column, columns;
    std::vector<double> values;  // (rows, columns)
  };

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
  VariableId edges_;
  std::vector<Measure> measured_;
};

const bool kAggregateSimilarity = register_stage(
    Declaration<AggregateSimilarity>(
        "aggregate.similarity",
        "How alike vectors are, within each variable of the input and across them: histograms, means and, if "
        "asked for, matrices of cosine similarity and Pearson correlation")
        .input("in", kMeasures,
               "blocks of vectors: every variable of two axes of which `between` is one; prompts that failed "
               "are "
               "left out")
        .output(
            kMeasures,
            "<measure>_count, _density [blocks, bin], _pairs, _mean, _std [blocks], edges [edge] of the bins "
            "on [-1, 1], and <measure> itself with `matrix`")
        .required("between", &AggregateSimilarity::between,
                  "Axis along which the vectors lie side by side; their entries are along the other axis")
        .param("measures", &AggregateSimilarity::measures, "What is computed of each pair of vectors a, b",
               each_choice({{"cosine", "a.b / (|a| |b|), of -1 to 1"},
                            {"correlation", "Pearson's: the cosine once each vector's mean is taken away"}}))
        .param("across", &AggregateSimilarity::across,
               "Whether vectors of different variables are compared too")
        .param("bins", &AggregateSimilarity::bins, "Number of bins on [-1, 1]", countable())
        .param("matrix", &AggregateSimilarity::matrix, "Whether the matrices themselves are stored")
        .param(
            "shuffle", &AggregateSimilarity::shuffle,
            "A seed: the entries of each vector are first put in a random order of its own, as a control"));

}  // namespace
}  // namespace hookflow::stages
