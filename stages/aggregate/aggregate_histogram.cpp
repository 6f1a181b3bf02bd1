#include <cmath>
#include <numeric>
#include <optional>

#include "pipeline/stage/registry.hpp"
#include "pipeline/values/spelling.hpp"
#include "stages/aggregate/axis_fold.hpp"
#include "stages/aggregate/fold_inputs.hpp"
#include "stages/aggregate/prompt_groups.hpp"
#include "stages/statistics/bins.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// How many values of one kept cell lie in each bin.
struct BinCounts {
  const Bins* bins = nullptr;
  std::vector<std::int64_t> counts;
  std::int64_t outside = 0;

  void add(double value) {
    if (const auto bin = bins->find(value)) {
      ++counts[*bin];
    } else {
      ++outside;
    }
  }
};

/// The smallest and largest finite value.
struct Extent {
  double lowest = std::nan("");
  double highest = std::nan("");

  void add(double value) {
    if (std::isinf(value)) return;
    lowest = std::fmin(lowest, value);
    highest = std::fmax(highest, value);
  }
};

/// Histograms over named axes, one for each cell of the others.
class AggregateHistogram : public FoldStage {
 public:
  std::vector<std::string> over;
  std::vector<std::string> by;
  std::optional<std::int64_t> bins;
  std::optional<std::vector<double>> range;
  std::optional<std::vector<double>> edges;

  Output plan(const PlanContext& context) override {
    check_parameters();
    folding_ = plan_folding(over, by, context);
    Output output;
    const std::vector<Variable>& variables = context.inputs[0].variables;
    const std::vector<std::size_t> chosen = variables_over(context.inputs[0], over);
    std::string units = variables[chosen.front()].units;
    for (const std::size_t i : chosen) {
      if (variables[i].units != units) units.clear();
    }
    for (const std::size_t i : chosen) {
      check_new_axis(variables[i], folding_, "bin");
      check_new_axis(variables[i], folding_, "edge");
      folded_.push_back(declare(i, variables[i], units, output));
    }
    return output;
  }

  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs, FoldSink& sink) const override {
    for (const Folded& folded : folded_) {
      const StoredRows& rows = *inputs[0].at(folded.variable);
      const Bins binning = known_bins() ? *known_bins() : bins_between_extremes(rows);
      CellFold<BinCounts> counting;
      counting.numbers = binning.count();
      counting.start = [&](std::size_t /*row*/, std::vector<BinCounts>& cells) {
        for (BinCounts& cell : cells) cell = {&binning, std::vector<std::int64_t>(binning.count()), 0};
      };
      counting.done = [&](std::size_t first_row, const std::vector<BinCounts>& cells) {
        write(cells, first_row, folded, sink);
      };
      fold_axes(rows, folding_, counting);
      sink.write(folded.edges, 0, binning.edges());
    }
  }

 private:
  /// A variable of the input, and where what is found of it is written.
  struct Folded {
    std::size_t variable = 0;
    VariableId count, density, outside, edges;
  };

  void check_parameters() const {
    if (range && edges) throw ParamError("edges", "range is given as well; must be only one of the two");
    if (bins && edges) throw ParamError("edges", "bins is given as well; must be only one of the two");
    if (!bins && !edges) throw ParamError("bins", "is missing; must be given unless edges is");
    if (const auto known = known_bins()) {
      if (std::adjacent_find(known->edges().begin(), known->edges().end()) != known->edges().end())
        throw ParamError("bins", std::to_string(*bins) + " do not fit between " +
                                     pipeline::write_param((*range)[0]).text + " and " +
                                     pipeline::write_param((*range)[1]).text +
                                     ": there are too few numbers between them");
    }
  }

  [[nodiscard]] std::size_t bin_count() const {
    return edges ? edges->size() - 1 : static_cast<std::size_t>(*bins);
  }

  [[nodiscard]] std::optional<Bins> known_bins() const {
    if (edges) return Bins(*edges);
    if (range) return Bins::even((*range)[0], (*range)[1], bin_count());
    return std::nullopt;
  }

  /// From the smallest to the largest value of all kept cells. As numpy: half a unit either side of values
  /// that are all equal, and from 0 to 1 without values.
  [[nodiscard]] Bins bins_between_extremes(const StoredRows& rows) const {
    std::vector<std::string> all;
    for (const Axis& axis : rows.variable().axes) all.push_back(axis.name);
    Extent extent;
    fold_axes<Extent>(rows, Folding(all),
                      [&](std::size_t /*row*/, const auto& cells) { extent = cells.front(); });
    if (std::isnan(extent.lowest)) extent = {0, 1};
    if (extent.lowest == extent.highest) extent = {extent.lowest - 0.5, extent.highest + 0.5};
    return Bins::even(extent.lowest, extent.highest, bin_count());
  }

  [[nodiscard]] Folded declare(std::size_t input, const Variable& variable, const std::string& units,
                               Output& output) const {
    const auto numbered = [](std::size_t size) {
      std::vector<std::int64_t> numbers(size);
      std::iota(numbers.begin(), numbers.end(), 0);
      return numbers;
    };
    Axis bin{"bin", numbered(bin_count()), "bin", ""};
    if (const auto known = known_bins()) bin = {"bin", known->centres(), "centre of the bin", units};
    const std::vector<Axis> kept = folding_.kept(variable);
    std::vector<Axis> axes = kept;
    axes.push_back(bin);
    const std::string& name = variable.long_name;
    Folded folded;
    folded.variable = input;
    folded.count =
        output.add({variable.name + "_count", Dtype::int64, axes, "1",
                    "number of values of " + name + " in each bin; values outside all bins are not counted"});
    const std::string density_units = variable.units == "1" ? "1" : "1/(" + variable.units + ")";
    folded.density = output.add({variable.name + "_density", Dtype::float64, axes, density_units,
                                 "density of " + name + "; its sum times the bins' width is 1"});
    folded.outside = output.add({variable.name + "_outside", Dtype::int64, kept, "1",
                                 "number of values of " + name + " outside all bins"});
    folded.edges =
        output.add({variable.name + "_edges",
                    Dtype::float64,
                    {{"edge", numbered(bin_count() + 1), "edge of the bins", ""}},
                    variable.units,
                    "edges of the bins of " + name +
                        "; a value on an edge counts in the bin above, on the last edge in the last bin"});
    output.relate(folded.density, folded.count, Relation::detail);
    output.relate(folded.density, folded.outside, Relation::detail);
    for (const VariableId binned : {folded.density, folded.count})
      output.relate(binned, folded.edges, Relation::edges);
    return folded;
  }

  static void write(const std::vector<BinCounts>& cells, std::size_t first_row, const Folded& folded,
                    FoldSink& sink) {
    std::vector<std::int64_t> counts;
    std::vector<double> density;
    std::vector<std::int64_t> outside;
    for (const BinCounts& cell : cells) {
      const auto total =
          static_cast<double>(std::accumulate(cell.counts.begin(), cell.counts.end(), std::int64_t{0}));
      const std::vector<double>& edges = cell.bins->edges();
      for (std::size_t i = 0; i < cell.counts.size(); ++i) {
        counts.push_back(cell.counts[i]);
        density.push_back(static_cast<double>(cell.counts[i]) / (edges[i + 1] - edges[i]) / total);
      }
      outside.push_back(cell.outside);
    }
    sink.write(folded.count, first_row, counts);
    sink.write(folded.density, first_row, density);
    sink.write(folded.outside, first_row, outside);
  }

  Folding folding_;
  std::vector<Folded> folded_;
};

using NumberList = std::optional<std::vector<double>>;

Rule<NumberList> ascending(std::size_t at_least_so_many, std::size_t at_most_so_many,
                           const std::string& text) {
  return {text,
          [=](const NumberList& numbers) -> std::optional<std::string> {
            if (!numbers) return std::nullopt;
            if (numbers->size() < at_least_so_many || numbers->size() > at_most_so_many)
              return "the list has " + counted(numbers->size(), "number");
            for (std::size_t i = 1; i < numbers->size(); ++i) {
              if ((*numbers)[i - 1] >= (*numbers)[i])
                return pipeline::write_param((*numbers)[i]).text + " comes after " +
                       pipeline::write_param((*numbers)[i - 1]).text;
            }
            return std::nullopt;
          },
          schema::any_of({schema::list_of(schema::of_type("number"), at_least_so_many, at_most_so_many),
                          schema::of_type("null")})};
}

const bool kAggregateHistogram = register_stage(
    Declaration<AggregateHistogram>(
        "aggregate.histogram",
        "Histograms over the axes `over`, one for each combination of labels of the other axes, as by "
        "numpy.histogram: the last bin includes its upper edge, values outside all bins are not counted; "
        "missing values and failed prompts are left out")
        .input("in", kMeasures, "what is counted: every variable that has the axes `over`, except token ids")
        .output(kMeasures,
                "<variable>_count and _density with the remaining axes and bin, _outside (number of values "
                "outside all bins), _edges; the density is missing where no value is counted")
        .summary("*_density", "highest {highest}")
        .such_as("over: head, bins: 20", "measures.log_prob_change")
        .required("over", &AggregateHistogram::over, "Axes whose values are counted together", distinct())
        .param("by", &AggregateHistogram::by, kByDoc, each_once())
        .param("bins", &AggregateHistogram::bins, "Number of bins of equal width", countable_if_given())
        .param("range", &AggregateHistogram::range,
               "[lowest, highest] edge; default: the smallest and largest value of all histograms together",
               ascending(2, 2, "two numbers in ascending order"))
        .param(
            "edges", &AggregateHistogram::edges, "All edges of the bins, instead of bins and range",
            ascending(2, std::numeric_limits<std::size_t>::max(), "two or more numbers in ascending order")));

}  // namespace
}  // namespace hookflow::stages
