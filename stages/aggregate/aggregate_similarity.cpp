#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "pipeline/stage/registry.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/aggregate/prompt_groups.hpp"
#include "stages/aggregate/vector_blocks.hpp"
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
/// matrix of all pairs is computed in tiles by matrix products and kept only when asked for. Further axes of
/// the variables are gone through place by place, so that memory does not grow with them.
class AggregateSimilarity : public FoldStage {
 public:
  std::string between;
  std::string along;
  std::vector<std::string> by;
  std::vector<std::string> measures = {"cosine", "correlation"};
  bool across = true;
  std::int64_t bins = 100;
  std::optional<double> beyond;
  bool matrix = false;
  std::optional<std::int64_t> shuffle;

  Output plan(const PlanContext& context) override {
    blocks_ = VectorBlocks(context.inputs[0].variables, between, along);
    if (across) blocks_.check_entries();
    if (matrix) blocks_.check_items();
    group_entries(context);
    for (std::size_t a = 0; a < blocks_.size(); ++a) pairs_.push_back({a, a});
    for (std::size_t a = 0; across && a < blocks_.size(); ++a) {
      for (std::size_t b = a + 1; b < blocks_.size(); ++b) pairs_.push_back({a, b});
    }
    return declare();
  }

  [[nodiscard]] Cost cost() const override {
    Cost cost;
    const auto number = [](const Axis& axis) { return static_cast<double>(axis.size()); };
    for (const auto& [a, b] : pairs_) {
      const double rows = number(blocks_.items(a)), columns = number(blocks_.items(b));
      const double length = number(blocks_.entries(a)),
                   side = static_cast<double>(tile_side(blocks_.entries(a).size()));
      cost.flops += 2 * length * (a == b ? rows * (rows - 1) / 2 : rows * columns);
      const double height = std::min(side, rows), width = std::min(side, columns);
      const double panels = (height + 2 * width) * length;  // while one is made it is there twice
      cost.bytes = std::max(cost.bytes, sizeof(double) * (panels + height * width));
    }
    cost.flops *= static_cast<double>(cell_count(blocks_.kept()) * measures.size());
    cost.bytes += static_cast<double>(matrix_row_ * sizeof(float));
    return cost;
  }

  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs, FoldSink& sink) const override {
    sink.write(edges_, 0, tally_edges(static_cast<std::size_t>(bins)));
    std::vector<Found> found(measured_.size());
    for (std::size_t cell = 0; cell < cell_count(blocks_.kept()); ++cell) {
      const std::vector<ItemVectors> vectors = blocks_.at(inputs[0], cell);
      std::vector<bool> complete(vectors.front().length(), true);
      for (const ItemVectors& block : vectors) block.find_missing_entries(complete);
      const std::vector<std::vector<bool>> chosen = entries_by_group(complete);
      for (std::size_t m = 0; m < measured_.size(); ++m) {
        for (const BlockPair& pair : pairs_) {
          compare(vectors, pair, chosen, measured_[m].scale, found[m]);
          if (matrix && found[m].matrix.size() == matrix_row_) write_matrix_row(measured_[m], found[m], sink);
        }
      }
    }
    for (std::size_t m = 0; m < measured_.size(); ++m) write(measured_[m], found[m].tallies, sink);
  }

 private:
  /// A measure, and where it is written.
  struct Measure {
    ItemVectors::Scale scale = ItemVectors::Scale::cosine;
    VariableId count, density, pairs, mean, std;
    VariableId beyond_count, beyond_share;  // where there is a threshold
    VariableId matrix;                      // where matrices are stored
  };

  /// What was found of a measure so far.
  struct Found {
    std::vector<SimilarityTally>
        tallies;                // of each place, pair of blocks and group, in the order of the axes
    std::vector<float> matrix;  // of the row that is under way,
    std::size_t row = 0;        // which is that one
  };

  /// Groups of prompts are compared by the entries that are theirs.
  void group_entries(const PlanContext& context) {
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
      if (!by.empty() && blocks_.entries(block).name != "prompt")
        throw ParamError("by", "groups prompts, but the entries of the vectors of '" + blocks_[block].name +
                                   "' are along '" + blocks_.entries(block).name + "'");
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

  /// What every result is along: what is kept, the pairs of blocks and the groups.
  [[nodiscard]] std::vector<Axis> compared() const {
    std::vector<std::string> labels;
    for (const auto& [a, b] : pairs_) labels.push_back(blocks_[a].name + "-" + blocks_[b].name);
    std::vector<Axis> axes = blocks_.kept();
    axes.push_back({"blocks", labels, "blocks whose vectors are compared", ""});
    axes.insert(axes.end(), groups_.axes.begin(), groups_.axes.end());
    return axes;
  }

  [[nodiscard]] Output declare() {
    Output output;
    const std::vector<double> edges = tally_edges(static_cast<std::size_t>(bins));
    edges_ = output.add({"edges",
                         Dtype::float64,
                         {numbered_axis("edge", edges.size(), "edge of the bins")},
                         "1",
                         "edges of the bins"});
    for (const std::string& name : measures) declare(name, output);
    return output;
  }

  void declare(const std::string& name, Output& output) {
    const std::vector<Axis> axes = compared();
    const auto along_too = [&](std::vector<Axis> more) {
      more.insert(more.begin(), axes.begin(), axes.end());
      return more;
    };
    const std::vector<Axis> histogram =
        along_too({{"bin", tally_centres(static_cast<std::size_t>(bins)), "centre of the bin", "1"}});
    const std::string of = name + " of two vectors along " + between;
    Measure& measure = measured_.emplace_back();
    if (name == "correlation") measure.scale = ItemVectors::Scale::correlation;
    measure.count = output.add({name + "_count", Dtype::int64, histogram, "1", "number of pairs: " + of});
    measure.density = output.add({name + "_density", Dtype::float64, histogram, "1", "density: " + of});
    measure.pairs = output.add(
        {name + "_pairs", Dtype::int64, axes, "1", "number of pairs of vectors; within a block each once"});
    measure.mean = output.add({name + "_mean", Dtype::float64, axes, "1", "mean: " + of});
    measure.std =
        output.add({name + "_std", Dtype::float64, axes, "1", "unbiased standard deviation: " + of});
    output.relate(measure.density, measure.count, Relation::detail);
    for (const VariableId binned : {measure.density, measure.count})
      output.relate(binned, edges_, Relation::edges);
    for (const VariableId of_it : {measure.pairs, measure.std})
      output.relate(measure.mean, of_it, Relation::detail);
    output.variables[measure.mean.index].zero_is_neutral = true;
    if (beyond) declare_beyond(name, measure, output);
    if (!matrix) return;
    Axis other = blocks_.items(0);
    other.name = "other_" + other.name;
    const std::vector<Axis> whole = along_too({blocks_.items(0), other});
    matrix_row_ = cell_count(whole) / whole.front().size();
    measure.matrix = output.add({name, Dtype::float32, whole, "1", of, true});
  }

  void declare_beyond(const std::string& name, Measure& measure, Output& output) const {
    const std::string which = pipeline::write_param(*beyond).text;
    measure.beyond_share = output.add({name + "_beyond_share", Dtype::float64, compared(), "1",
                                       "share of pairs with a " + name + " beyond ±" + which});
    measure.beyond_count = output.add({name + "_beyond_count", Dtype::int64, compared(), "1",
                                       "number of pairs with a " + name + " beyond ±" + which});
    output.relate(measure.beyond_share, measure.beyond_count, Relation::detail);
  }

  /// Adds a tally of each group's entries and, where they are stored, its matrix.
  void compare(const std::vector<ItemVectors>& vectors, const BlockPair& pair,
               const std::vector<std::vector<bool>>& chosen, ItemVectors::Scale scale, Found& found) const {
    const ItemVectors &a = vectors[pair.a], &b = vectors[pair.b];
    const std::size_t cells = matrix ? a.count() * b.count() : 0;
    for (const std::vector<bool>& entries : chosen) {
      SimilarityTally& tally = found.tallies.emplace_back(static_cast<std::size_t>(bins), beyond.value_or(1));
      const std::size_t begin = found.matrix.size();
      found.matrix.resize(begin + cells);
      for_each_tile(a, b, entries, {scale, shuffle, matrix}, [&](const Tile& tile) {
        add(tile, pair.a == pair.b, tally);
        if (matrix) copy(tile, b.count(), std::span(found.matrix).subspan(begin, cells));
      });
    }
  }

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

  /// Matrices may be large: a row along the first axis is written as soon as it is whole.
  static void write_matrix_row(const Measure& measure, Found& found, FoldSink& sink) {
    sink.write(measure.matrix, found.row++, std::exchange(found.matrix, {}));
  }

  void write(const Measure& measure, const std::vector<SimilarityTally>& tallies, FoldSink& sink) const {
    std::vector<std::int64_t> counts, pairs, beyond_counts;
    std::vector<double> densities, means, stds, beyond_shares;
    for (const SimilarityTally& tally : tallies) {
      counts.insert(counts.end(), tally.counts().begin(), tally.counts().end());
      const std::vector<double> density = tally.density();
      densities.insert(densities.end(), density.begin(), density.end());
      pairs.push_back(tally.total());
      means.push_back(tally.mean());
      stds.push_back(tally.std());
      beyond_counts.push_back(tally.beyond());
      beyond_shares.push_back(tally.beyond_share());
    }
    sink.write(measure.count, 0, counts);
    sink.write(measure.density, 0, densities);
    sink.write(measure.pairs, 0, pairs);
    sink.write(measure.mean, 0, means);
    sink.write(measure.std, 0, stds);
    if (!beyond) return;
    sink.write(measure.beyond_count, 0, beyond_counts);
    sink.write(measure.beyond_share, 0, beyond_shares);
  }

  VectorBlocks blocks_;
  std::vector<BlockPair> pairs_;
  Groups groups_;
  VariableId edges_;
  std::vector<Measure> measured_;
  std::size_t matrix_row_ = 0;  // cells of a row along the first axis
};

Rule<std::optional<double>> a_threshold() {
  Node number = schema::of_type("number");
  number["minimum"] = pipeline::write_param(std::int64_t{0});
  number["exclusiveMaximum"] = pipeline::write_param(std::int64_t{1});
  return {"from 0 to less than 1",
          [](const std::optional<double>& value) -> std::optional<std::string> {
            if (!value || (*value >= 0 && *value < 1)) return std::nullopt;
            return pipeline::write_param(*value).text + " is out of range";
          },
          schema::any_of({number, schema::of_type("null")})};
}

const bool kAggregateSimilarity = register_stage(
    Declaration<AggregateSimilarity>(
        "aggregate.similarity",
        "Similarity of vectors, within each variable of the input and between variables: histograms, means "
        "and, if asked for, matrices of cosine similarity and Pearson correlation")
        .input("in", kMeasures,
               "blocks of vectors: every variable with exactly two axes, one of them `between`, or with the "
               "axes `between` and `along`, whose further axes are kept; failed prompts are left out")
        .output(
            kMeasures,
            "<measure>_count, _density [blocks, bin], _pairs, _mean, _std [blocks], edges [edge] of the bins "
            "on [-1, 1], _beyond_share, _beyond_count [blocks] with `beyond`, and <measure> itself with "
            "`matrix`; before blocks the axes that are kept")
        .summary("*_mean", "{each blocks: {range}}")
        .summary("*_beyond_share", "{each blocks: {range}}")
        .such_as("between: neuron", "vectors")
        .required("between", &AggregateSimilarity::between,
                  "Axis whose labels name the vectors; the entries of a vector are along the other axis, or "
                  "along `along`")
        .param(
            "along", &AggregateSimilarity::along,
            "Axis of a vector's entries, where there are more than two; the further ones are kept, such as "
            "layer: at each of their labels the vectors are compared by themselves")
        .param("by", &AggregateSimilarity::by, kByDoc, each_once())
        .param("measures", &AggregateSimilarity::measures, "What is computed for each pair of vectors a, b",
               each_choice({{"cosine", "a.b / (|a| |b|), from -1 to 1"},
                            {"correlation",
                             "Pearson's correlation: the cosine after each vector's mean is subtracted"}}))
        .param("across", &AggregateSimilarity::across,
               "Whether vectors of different variables are compared too")
        .param("bins", &AggregateSimilarity::bins, "Number of histogram bins on [-1, 1]", countable())
        .param("beyond", &AggregateSimilarity::beyond,
               "A threshold x: how many pairs are larger than x or smaller than -x, and what share of all",
               a_threshold())
        .param("matrix", &AggregateSimilarity::matrix, "Whether the matrices themselves are stored")
        .param("shuffle", &AggregateSimilarity::shuffle,
               "Seed of a control: the entries of each vector are first put in a random order of its own"));

}  // namespace
}  // namespace hookflow::stages
