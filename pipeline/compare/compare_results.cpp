#include "pipeline/compare/compare_results.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "pipeline/error.hpp"
#include "pipeline/inspect/spelled_texts.hpp"
#include "pipeline/run_file/reading/cell_reader.hpp"
#include "pipeline/run_file/reading/compare_values.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/values/renamed.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

struct Result {
  std::string name;  // of today, where the file has an older one
  std::string group;
  Variable variable;
};

std::vector<Result> results_of(const RunFileView& view) {
  std::vector<Result> results;
  for (const GroupLayout& group : view.groups)
    for (const Variable& variable : group.variables)
      if (!group.about.empty())
        results.push_back({group.name + "." + renamed(variable.name), group.name, variable});
  return results;
}

/// Values as numbers; NaN where there is none.
class Values {
 public:
  Values(const OpenRun& run, const Result& result)
      : cells_(run.file.read([&](const h5::File& file) {
          return file.open_group(result.group).open_dataset(result.variable.name);
        })),
        is_integer_(result.variable.dtype == Dtype::int64) {}
  double operator[](std::size_t cell) {
    const double value = cells_[cell];
    return is_integer_ && value == -1 ? std::numeric_limits<double>::quiet_NaN() : value;
  }

 private:
  CellReader<double> cells_;
  bool is_integer_;
};

class ResultsCompared {
 public:
  ResultsCompared(const OpenRun& first, const OpenRun& second) : first_(first), second_(second) {}

  VariableComparison compare(const Result& one, const Result& other) const {
    VariableComparison found{one.name, one.variable, is_id(one), problem(one.variable, other.variable)};
    if (!found.problem.empty()) return found;
    const MatchedCells cells(one.variable.axes, other.variable.axes);
    found.axes = cells.axes();
    found.cells = cells.size();
    const auto for_pairs = [&](auto& use) {
      Values firsts(first_, one);
      Values seconds(second_, other);
      cells.for_each([&](std::size_t a, std::size_t b) { use.add({a, firsts[a], seconds[b]}); });
    };
    first_.file.read([&](const h5::File&) {
      second_.file.read([&](const h5::File&) {
        for_pairs(found.agreement);
        found.ranking = Ranking(found.agreement);
        if (found.is_ranked()) for_pairs(found.ranking);
      });
    });
    return found;
  }

 private:
  [[nodiscard]] bool is_id(const Result& result) const {
    return result.variable.dtype == Dtype::int64 &&
           !texts_counted_by(first_.view, result.variable.units).empty();
  }

  static std::string problem(const Variable& one, const Variable& other) {
    if (!MatchedCells::same_axes(one.axes, other.axes))
      return "has the axes " + axes_text(one.axes) + " in the first and " + axes_text(other.axes) +
             " in the second";
    if (one.units != other.units)
      return "is in " + one.units + " in the first and in " + other.units + " in the second";
    return "";
  }

  const OpenRun& first_;
  const OpenRun& second_;
};

bool is_named(const std::string& result, const std::vector<std::string>& names) {
  return names.empty() || std::ranges::any_of(names, [&](const std::string& name) {
           return result == name || result.starts_with(name + ".");
         });
}

/// All results, or those that are named. Throws UsageError for a name that no result has.
std::vector<Result> chosen(const OpenRun& run, const std::vector<std::string>& names) {
  std::vector<Result> results = results_of(run.view);
  for (const std::string& name : names)
    if (std::ranges::none_of(results, [&](const Result& result) { return is_named(result.name, {name}); }))
      throw UsageError("compare: " + run.name + " has no result '" + name + "'" +
                       suggestion(name, results, &Result::name));
  std::erase_if(results, [&](const Result& result) { return !is_named(result.name, names); });
  return results;
}

}  // namespace

bool VariableComparison::is_equal() const {
  const bool all_matched = std::ranges::all_of(
      axes, [](const MatchedAxis& axis) { return axis.first_only.empty() && axis.second_only.empty(); });
  return problem.empty() && all_matched && agreement.first_only() + agreement.second_only() == 0 &&
         agreement.equal() == agreement.both();
}

std::string VariableComparison::why_unmatched() const {
  for (const MatchedAxis& axis : axes)
    if (axis.steps.empty()) return "no label in common along " + axis.first.name;
  return problem;
}

std::string VariableComparison::place(const CellPair& pair) const {
  const std::vector<std::string> labels = labels_of(variable.axes, pair.cell);
  std::string text;
  for (std::size_t axis = 0; axis < labels.size(); ++axis)
    if (variable.axes[axis].size() > 1)
      text += (text.empty() ? "" : ", ") + variable.axes[axis].name + "=" + labels[axis];
  return text;
}

ResultsComparison compare_results(const OpenRun& first, const OpenRun& second,
                                  const std::vector<std::string>& names) {
  ResultsComparison found;
  const ResultsCompared runs(first, second);
  const std::vector<Result> of_first = chosen(first, names);
  match_by_name(
      of_first, chosen(second, names),
      [&](const Result& one, const Result& other) { found.variables.push_back(runs.compare(one, other)); },
      [&](const Result& result, bool is_first) {
        (is_first ? found.first_only : found.second_only).push_back(result.name);
      });
  if (found.variables.empty())
    throw UsageError("compare: " + first.name + " and " + second.name +
                     " have no result in common: two runs of one workflow are compared");
  std::ranges::stable_sort(found.variables, std::greater<>(), &VariableComparison::cells);
  return found;
}

}  // namespace hookflow::pipeline
