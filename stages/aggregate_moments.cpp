#include <algorithm>
#include <cmath>

#include "pipeline/registry.hpp"
#include "stages/axis_fold.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// Running count, mean and sum of squared distances from it (Welford 1962), smallest and largest.
struct Moments {
  std::int64_t count = 0;
  double mean = 0;
  double squares = 0;
  double min = std::nan("");
  double max = std::nan("");

  void add(double value) {
    ++count;
    const double distance = value - mean;
    mean += distance / static_cast<double>(count);
    squares += distance * (value - mean);
    min = count == 1 ? value : std::min(min, value);
    max = count == 1 ? value : std::max(max, value);
  }
  [[nodiscard]] double std() const {
    return count < 2 ? std::nan("") : std::sqrt(squares / static_cast<double>(count - 1));
  }
};

/// Count, mean, unbiased standard deviation, smallest and largest over named axes.
class AggregateMoments : public FoldStage {
 public:
  std::vector<std::string> over;

  Output plan(const PlanContext& context) override {
    Output output;
    for (const Variable& variable : context.inputs[0].variables) {
      if (!folds(variable)) continue;
      const std::vector<Axis> kept = axes_without(variable, over);
      const auto declare = [&](const char* suffix, Dtype dtype, const std::string& units,
                               const std::string& what) {
        output.variables.push_back(
            {variable.name + suffix, dtype, kept, units, what + " of " + variable.long_name});
      };
      declare("_count", Dtype::int64, "1", "number of values");
      declare("_mean", Dtype::float64, variable.units, "mean");
      declare("_std", Dtype::float64, variable.units, "unbiased standard deviation");
      declare("_min", Dtype::float64, variable.units, "smallest");
      declare("_max", Dtype::float64, variable.units, "largest");
    }
    if (output.variables.empty())
      throw ParamError("over: " + no_such_axes(context.inputs[0].variables, over), 0);
    return output;
  }

  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs, FoldSink& sink) const override {
    std::size_t next = 0;
    for (const auto& rows : inputs[0]) {
      if (!folds(rows->variable())) continue;
      fold_axes<Moments>(*rows, over, [&](std::size_t first_row, const std::vector<Moments>& cells) {
        write(sink, next, first_row, cells);
      });
      next += 5;
    }
  }

 private:
  [[nodiscard]] bool folds(const Variable& variable) const {
    return has_axes(variable, over) && variable.units != kTokenId;
  }

  static void write(FoldSink& sink, std::size_t variable, std::size_t first_row,
                    const std::vector<Moments>& cells) {
    std::vector<std::int64_t> counts;
    for (const Moments& cell : cells) counts.push_back(cell.count);
    sink.write(variable, first_row, counts);
    const auto numbers = [&](std::size_t offset, auto value) {
      std::vector<double> values;
      for (const Moments& cell : cells) values.push_back(value(cell));
      sink.write(variable + offset, first_row, values);
    };
    numbers(1, [](const Moments& cell) { return cell.count == 0 ? std::nan("") : cell.mean; });
    numbers(2, [](const Moments& cell) { return cell.std(); });
    numbers(3, [](const Moments& cell) { return cell.min; });
    numbers(4, [](const Moments& cell) { return cell.max; });
  }
};

const bool kRegistered = register_stage(
    Declaration<AggregateMoments>(
        "aggregate.moments",
        "Count, mean, unbiased standard deviation, smallest and largest over named axes; "
        "cells without a value and failed prompts are left out")
        .input("in", kMeasures, "what is aggregated: every variable that has the axes, token ids excepted")
        .output(kMeasures, "<variable>_count, _mean, _std, _min, _max, with the remaining axes")
        .required("over", &AggregateMoments::over, "Axes to aggregate over", distinct()));

}  // namespace
}  // namespace hookflow::stages
