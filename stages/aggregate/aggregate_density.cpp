#include <cmath>
#include <optional>

#include "pipeline/stage/registry.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/values/spelling.hpp"
#include "stages/aggregate/axis_fold.hpp"
#include "stages/aggregate/fold_inputs.hpp"
#include "stages/aggregate/prompt_groups.hpp"
#include "stages/statistics/kernel_density.hpp"
#include "stages/statistics/welford.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// scipy.stats.gaussian_kde's bw_method: what the unbiased standard deviation is multiplied by.
struct Bandwidth {
  std::string rule = "scott";
  double factor = 0;  // where the rule is empty

  [[nodiscard]] double of(const Welford& values) const {
    const auto n = static_cast<double>(values.count);
    const double used = rule.empty()      ? factor
                        : rule == "scott" ? std::pow(n, -0.2)
                                          : std::pow(n * 3 / 4, -0.2);  // Silverman's, in one dimension
    return used * static_cast<double>(std::sqrt(values.variance()));
  }
};

void read_param(const Node& node, Bandwidth& bandwidth) {
  if (node.kind == Node::Kind::scalar && !node.quoted && is_json_number(node.text)) {
    bandwidth = {"", 0};
    pipeline::read_param(node, bandwidth.factor);
    if (bandwidth.factor <= 0)
      throw ParamError(node.text + " is not a bandwidth; must be scott, silverman or a number above 0",
                       node.line);
    return;
  }
  pipeline::read_param(node, bandwidth.rule);
  if (bandwidth.rule != "scott" && bandwidth.rule != "silverman")
    throw ParamError("unknown bandwidth '" + bandwidth.rule + "'" +
                         suggestion(bandwidth.rule, std::vector<std::string>{"scott", "silverman"}) +
                         "; must be scott, silverman or a number above 0",
                     node.line);
}

Node write_param(const Bandwidth& bandwidth) {
  return bandwidth.rule.empty() ? pipeline::write_param(bandwidth.factor)
                                : pipeline::write_param(bandwidth.rule);
}

Node param_schema(std::type_identity<Bandwidth> /*type*/) {
  Node factor = schema::of_type("number");
  factor["exclusiveMinimum"] = pipeline::write_param(std::int64_t{0});
  return schema::any_of({schema::words({"scott", "silverman"}), factor});
}

/// DensityGrid as a parameter: {from: 0, to: 1, count: 300}.
struct Grid : DensityGrid {};

void read_param(const Node& node, Grid& grid) {
  constexpr const char* kForm = "; must be {from: x, to: y, count: 300}";
  if (node.kind != Node::Kind::map) throw ParamError(to_json(node) + " is not a grid" + kForm, node.line);
  grid = {};
  for (const auto& [key, value] : node.entries) {
    std::int64_t count = 0;
    if (key == "from") {
      pipeline::read_param(value, grid.from);
    } else if (key == "to") {
      pipeline::read_param(value, grid.to);
    } else if (key == "count") {
      pipeline::read_param(value, count);
      if (const auto problem = pipeline::countable().problem(count))
        throw ParamError("count: " + *problem + "; must be " + pipeline::countable().text, value.line);
      grid.count = static_cast<std::size_t>(count);
    } else {
      throw ParamError("unknown key '" + key + "'" +
                           suggestion(key, std::vector<std::string>{"from", "to", "count"}) + kForm,
                       value.line);
    }
  }
  for (const char* key : {"from", "to"}) {
    if (node.find(key) == nullptr)
      throw ParamError(std::string("'") + key + "' is missing" + kForm, node.line);
  }
  const double width = grid.to - grid.from;
  if (!std::isfinite(width) || (grid.count == 1 ? width != 0 : width <= 0))
    throw ParamError("from " + pipeline::write_param(grid.from).text + " to " +
                         pipeline::write_param(grid.to).text + " is not a range of " +
                         counted(grid.count, "point") +
                         "; `to` must be above `from`, or equal for a single point",
                     node.line);
}

Node write_param(const Grid& grid) {
  return Node::map({{"from", pipeline::write_param(grid.from)},
                    {"to", pipeline::write_param(grid.to)},
                    {"count", pipeline::write_param(static_cast<std::int64_t>(grid.count))}});
}

Node param_schema(std::type_identity<Grid> /*type*/) {
  const Node number = schema::of_type("number");
  return schema::map_of(
      {{"from", number, true}, {"to", number, true}, {"count", pipeline::countable().schema}});
}

/// Gaussian kernel density estimates over named axes, one for each cell of the others.
class AggregateDensity : public FoldStage {
 public:
  std::vector<std::string> over;
  std::vector<std::string> by;
  Bandwidth bandwidth;
  Grid grid;

  Output plan(const PlanContext& context) override {
    folding_ = plan_folding(over, by, context);
    Output output;
    const std::vector<Variable>& variables = context.inputs[0].variables;
    const std::vector<std::size_t> chosen = variables_over(context.inputs[0], over);
    Axis points{"value", grid.points(), "value whose density is given", variables[chosen.front()].units};
    for (const std::size_t i : chosen) {
      check_new_axis(variables[i], folding_, "value");
      if (variables[i].units != points.units) points.units.clear();
    }
    for (const std::size_t i : chosen) folded_.push_back(declare(i, variables[i], points, output));
    return output;
  }

  /// Reads twice: for the bandwidths, then for the sums. Memory: the kept cells' moments and, of those read
  /// together, three numbers a grid point.
  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs, FoldSink& sink) const override {
    for (const Folded& folded : folded_) {
      const StoredRows& rows = *inputs[0].at(folded.variable);
      std::vector<Estimate> estimates;
      fold_axes<Welford>(rows, folding_, [&](std::size_t first_row, const std::vector<Welford>& cells) {
        write_estimates(cells, first_row, folded, estimates, sink);
      });
      std::size_t first_cell = 0;
      CellFold<Estimate> adding;
      adding.numbers = KernelSum::numbers(grid.count);
      adding.start = [&](std::size_t /*row*/, std::vector<Estimate>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
          cells[i] = estimates[first_cell + i];
          if (cells[i].note == regular) cells[i].sum = KernelSum(grid, cells[i].bandwidth);
        }
      };
      adding.done = [&](std::size_t first_row, const std::vector<Estimate>& cells) {
        first_cell += cells.size();
        write_densities(cells, first_row, folded, sink);
      };
      fold_axes(rows, folding_, adding);
    }
  }

 private:
  /// A variable of the input, and where what is found of it is written.
  struct Folded {
    std::size_t variable = 0;
    VariableId density, bandwidth, count, note;
  };

  enum Note : std::int64_t { regular, no_variance, too_few, infinite };

  /// Of one kept cell.
  struct Estimate {
    std::int64_t count = 0;
    double bandwidth = std::nan("");
    Note note = regular;
    KernelSum sum;

    void add(double value) {
      if (note == regular) sum.add(value);
    }
  };

  static Note note_of(const Welford& values) {
    if (values.infinite) return infinite;
    if (values.count < 2) return too_few;
    return values.squares == 0 ? no_variance : regular;
  }

  [[nodiscard]] Folded declare(std::size_t input, const Variable& variable, const Axis& points,
                               Output& output) const {
    const std::vector<Axis> kept = folding_.kept(variable);
    std::vector<Axis> axes = kept;
    axes.push_back(points);
    const std::string of = " of " + variable.long_name;
    const std::string units = variable.units == "1" ? "1" : "1/(" + variable.units + ")";
    Folded folded;
    folded.variable = input;
    folded.density = output.add(
        {variable.name + "_density", Dtype::float64, axes, units, "Gaussian kernel density estimate" + of});
    folded.bandwidth = output.add({variable.name + "_bandwidth", Dtype::float64, kept, variable.units,
                                   "standard deviation of the kernels for the density" + of});
    folded.count = output.add({variable.name + "_count", Dtype::int64, kept, "1", "number of values" + of});
    folded.note = output.add({variable.name + "_note", Dtype::int64, kept, "1",
                              "0 regular; no density: 1 no variance, 2 fewer than two values, 3 an infinite "
                              "value among them; density" +
                                  of});
    for (const VariableId of_it : {folded.bandwidth, folded.count, folded.note})
      output.relate(folded.density, of_it, Relation::detail);
    return folded;
  }

  void write_estimates(const std::vector<Welford>& cells, std::size_t first_row, const Folded& folded,
                       std::vector<Estimate>& estimates, FoldSink& sink) const {
    std::vector<double> bandwidths;
    std::vector<std::int64_t> counts;
    std::vector<std::int64_t> notes;
    for (const Welford& cell : cells) {
      const Note note = note_of(cell);
      bandwidths.push_back(note == regular ? bandwidth.of(cell) : std::nan(""));
      counts.push_back(cell.count);
      notes.push_back(note);
      estimates.push_back({cell.count, bandwidths.back(), note, {}});
    }
    sink.write(folded.bandwidth, first_row, bandwidths);
    sink.write(folded.count, first_row, counts);
    sink.write(folded.note, first_row, notes);
  }

  void write_densities(const std::vector<Estimate>& cells, std::size_t first_row, const Folded& folded,
                       FoldSink& sink) const {
    std::vector<double> densities;
    for (const Estimate& cell : cells) {
      const std::vector<double> density = cell.note == regular
                                              ? cell.sum.density(static_cast<double>(cell.count))
                                              : std::vector<double>(grid.count, std::nan(""));
      densities.insert(densities.end(), density.begin(), density.end());
    }
    sink.write(folded.density, first_row, densities);
  }

  Folding folding_;
  std::vector<Folded> folded_;
};

const bool kAggregateDensity = register_stage(
    Declaration<AggregateDensity>(
        "aggregate.density",
        "Gaussian kernel density estimates over the axes `over`, one for each combination of labels of the "
        "other axes, as by scipy.stats.gaussian_kde; missing values and failed prompts are left out")
        .input("in", kMeasures,
               "what is estimated: every variable that has the axes `over`, except token ids")
        .output(kMeasures,
                "<variable>_density with the remaining axes and value (the grid), _bandwidth (the kernels' "
                "standard deviation), _count, _note")
        .summary("*_density", "highest {highest}")
        .such_as("over: head, grid: {from: -5, to: 5}", "measures.log_prob_change")
        .required("over", &AggregateDensity::over, "Axes whose values make one sample", distinct())
        .param("by", &AggregateDensity::by, kByDoc, each_once())
        .required(
            "grid", &AggregateDensity::grid,
            "Where the density is computed: {from: x, to: y, count: 300}, equally spaced, both ends included")
        .param("bandwidth", &AggregateDensity::bandwidth,
               "The kernels' standard deviation, divided by the unbiased standard deviation of the values: "
               "scott (n^-1/5), silverman ((3 n / 4)^-1/5) or a number"));

}  // namespace
}  // namespace hookflow::stages
