#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/stage/registry.hpp"
#include "stages/aggregate/axis_fold.hpp"
#include "stages/aggregate/fold_inputs.hpp"
#include "stages/aggregate/prompt_groups.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// Running count, mean and sum of squared distances from it (Welford 1962), smallest, largest and how many
/// are negative.
struct Moments {
  std::int64_t count = 0;
  std::int64_t negative = 0;
  double mean = 0;
  double squares = 0;
  double smallest = std::nan("");
  double largest = std::nan("");

  void add(double value) {
    ++count;
    if (value < 0) ++negative;
    const double distance = value - mean;
    mean += distance / static_cast<double>(count);
    squares += distance * (value - mean);
    smallest = count == 1 ? value : std::min(smallest, value);
    largest = count == 1 ? value : std::max(largest, value);
  }
};

/// One of the numbers that can be asked for.
struct Statistic {
  const char* name;
  const char* meaning;
  bool has_units;     // those of the variable
  bool is_value;      // one of the values, or between them: 0 means what it means there
  Relation relation;  // of the mean
  double (*value)(const Moments&);
};

constexpr const char* kCount = "count";  // the one that is an integer
constexpr const char* kMean = "mean";    // of which the others are details
constexpr std::array<Statistic, 6> kStatistics = {{
    {kCount, "number of values", false, false, Relation::detail,
     [](const Moments& cell) { return static_cast<double>(cell.count); }},
    {kMean, "mean", true, true, Relation::itself,
     [](const Moments& cell) { return cell.count == 0 ? std::nan("") : cell.mean; }},
    {"std", "unbiased standard deviation", true, false, Relation::detail,
     [](const Moments& cell) {
       return cell.count < 2 ? std::nan("") : std::sqrt(cell.squares / static_cast<double>(cell.count - 1));
     }},
    {"min", "smallest", true, true, Relation::detail, [](const Moments& cell) { return cell.smallest; }},
    {"max", "largest", true, true, Relation::detail, [](const Moments& cell) { return cell.largest; }},
    {"negative_share", "share of values below 0", false, false, Relation::itself,
     [](const Moments& cell) {
       return cell.count == 0 ? std::nan("")
                              : static_cast<double>(cell.negative) / static_cast<double>(cell.count);
     }},
}};

std::vector<Choice> statistic_choices() {
  std::vector<Choice> choices;
  for (const Statistic& statistic : kStatistics)
    choices.push_back(
        {statistic.name,
         statistic.meaning + std::string(statistic.has_units ? " (in the units of the values)" : "")});
  return choices;
}

const Statistic& statistic_named(const std::string& name) {
  return *std::find_if(kStatistics.begin(), kStatistics.end(),
                       [&](const Statistic& statistic) { return name == statistic.name; });
}

/// Count, mean, unbiased standard deviation, smallest and largest over named axes.
class AggregateMoments : public FoldStage {
 public:
  std::vector<std::string> over;
  std::vector<std::string> by;
  std::vector<std::string> statistics = {kCount, "mean", "std", "min", "max"};

  Output plan(const PlanContext& context) override {
    folding_ = plan_folding(over, by, context);
    Output output;
    for (const std::size_t i : variables_over(context.inputs[0], over)) {
      const Variable& variable = context.inputs[0].variables[i];
      Folded& folded = folded_.emplace_back(Folded{i, {}});
      for (const std::string& name : statistics) {
        const Statistic& statistic = statistic_named(name);
        folded.statistics.push_back(
            output.add({variable.name + "_" + name, name == kCount ? Dtype::int64 : Dtype::float64,
                        folding_.kept(variable), statistic.has_units ? variable.units : "1",
                        std::string(statistic.meaning) + " of " + variable.long_name,
                        statistic.is_value && variable.zero_is_neutral}));
      }
    }
    relate(context.inputs[0].variables, output);
    return output;
  }

  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs, FoldSink& sink) const override {
    for (const Folded& folded : folded_) {
      fold_axes<Moments>(*inputs[0].at(folded.variable), folding_,
                         [&](std::size_t first_row, const std::vector<Moments>& cells) {
                           write(folded, first_row, cells, sink);
                         });
    }
  }

 private:
  /// A variable of the input, and where each of the statistics of it is written.
  struct Folded {
    std::size_t variable = 0;
    std::vector<VariableId> statistics;
  };

  /// The other statistics tell of the mean; that of a change tells of the mean of what has changed.
  void relate(const std::vector<Variable>& inputs, Output& output) const {
    const auto mean = std::ranges::find(statistics, kMean);
    if (mean == statistics.end()) return;
    const auto mean_of = [at = static_cast<std::size_t>(mean - statistics.begin())](const Folded& folded) {
      return folded.statistics[at];
    };
    for (const Folded& folded : folded_) {
      for (std::size_t s = 0; s < statistics.size(); ++s)
        if (const Relation relation = statistic_named(statistics[s]).relation; relation != Relation::itself)
          output.relate(mean_of(folded), folded.statistics[s], relation);
      for (const Folded& other : folded_) {
        const Variable& change = inputs[other.variable];
        if (change.relation == Relation::change &&
            std::ranges::count(inputs[folded.variable].ancillary, change.name) > 0)
          output.relate(mean_of(folded), mean_of(other), Relation::change);
      }
    }
  }

  void write(const Folded& folded, std::size_t first_row, const std::vector<Moments>& cells,
             FoldSink& sink) const {
    for (std::size_t s = 0; s < statistics.size(); ++s) {
      std::vector<double> values;
      for (const Moments& cell : cells) values.push_back(statistic_named(statistics[s]).value(cell));
      if (statistics[s] == kCount) {
        sink.write(folded.statistics[s], first_row, std::vector<std::int64_t>(values.begin(), values.end()));
      } else {
        sink.write(folded.statistics[s], first_row, values);
      }
    }
  }

  Folding folding_;
  std::vector<Folded> folded_;
};

const bool kAggregateMoments = register_stage(
    Declaration<AggregateMoments>(
        "aggregate.moments",
        "Count, mean, unbiased standard deviation, smallest and largest value over the axes `over`, for each "
        "combination of labels of the other axes; missing values and failed prompts are left out")
        .input("in", kMeasures,
               "what is aggregated: every variable that has the axes `over`, except token ids")
        .output(kMeasures,
                "<variable>_count, _mean, ..., one variable for each statistic, with the remaining axes")
        .summary("*_change_mean", "{range}")
        .summary("*_changed_mean", "{range}")
        .summary("*_negative_share", "{range}")
        .summary("*_mean", "{range}")
        .such_as("over: head")
        .required("over", &AggregateMoments::over, "Axes to aggregate over", distinct())
        .param("by", &AggregateMoments::by, kByDoc, each_once())
        .param("statistics", &AggregateMoments::statistics,
               "Which statistics to store, each as a variable of its own", each_choice(statistic_choices())));

}  // namespace
}  // namespace hookflow::stages
