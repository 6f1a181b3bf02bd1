#include "stages/aggregate/prompt_groups.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "pipeline/yaml/param.hpp"
#include "stages/aggregate/fold_inputs.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

constexpr const char* kPrompts = "prompt";  // the axis

/// The values of one column, each once, and which of them each prompt has.
struct ColumnValues {
  std::vector<std::string> labels;
  std::map<std::string, std::size_t> place;
  std::vector<std::size_t> of_prompt;

  void add(const std::string& value) {
    const auto [found, is_new] = place.try_emplace(value, labels.size());
    if (is_new) labels.push_back(value);
    of_prompt.push_back(found->second);
  }
};

/// Why a prompt cannot be grouped by a column; empty: it can.
std::string problem_with(const Prompt& prompt, const std::string& column) {
  const std::string* cell = prompt.cell(column);
  if (cell != nullptr) return cell->empty() ? "has no value in the column '" + column + "'" : "";
  return lacks_column(prompt, column);
}

/// Whether a prompt has a value in each; else it is refused.
bool can_be_grouped(std::size_t index, const std::vector<std::string>& by, const PlanContext& context) {
  if (context.findings->is_refused(index)) return false;
  const Prompt prompt = context.prompts[index];
  for (const std::string& column : by)
    if (const std::string problem = problem_with(prompt, column); !problem.empty())
      context.refuse(index, "by", problem);
  return !context.findings->is_refused(index);
}

void check_columns(const std::vector<std::string>& by, const PlanContext& context) {
  for (const PlannedInput& input : context.inputs) {
    for (const Variable& variable : input.variables) {
      for (const Axis& axis : variable.axes) {
        if (std::find(by.begin(), by.end(), axis.name) != by.end())
          throw ParamError("by", "'" + variable.name + "' has an axis '" + axis.name +
                                     "' already; the column must have another name");
      }
    }
  }
}

}  // namespace

Groups group_prompts(const std::vector<std::string>& by, const PlanContext& context) {
  if (by.empty()) return {};
  check_columns(by, context);
  std::vector<ColumnValues> columns(by.size());
  for (std::size_t i = 0; i < context.prompts.size(); ++i) {
    const bool grouped = can_be_grouped(i, by, context);
    for (std::size_t c = 0; c < by.size(); ++c) {
      if (grouped)
        columns[c].add(*context.prompts[i].cell(by[c]));
      else
        columns[c].of_prompt.push_back(0);  // it is not run
    }
  }
  Groups groups;
  groups.cell_of.resize(context.prompts.size());
  for (std::size_t c = 0; c < by.size(); ++c) {
    for (std::size_t i = 0; i < groups.cell_of.size(); ++i)
      groups.cell_of[i] = groups.cell_of[i] * columns[c].labels.size() + columns[c].of_prompt[i];
    groups.axes.push_back({by[c], std::move(columns[c].labels), by[c] + " of the prompts", ""});
  }
  return groups;
}

Folding plan_folding(const std::vector<std::string>& over, const std::vector<std::string>& by,
                     const PlanContext& context) {
  Folding folding(over);
  if (by.empty()) return folding;
  variables_over(context.inputs.front(), over);  // a misspelt axis is told before what it is not
  if (!folding.folds(kPrompts))
    throw ParamError("by",
                     "groups prompts, but `over` does not aggregate over them; `over` must include prompt");
  folding.group(kPrompts, group_prompts(by, context));
  return folding;
}

}  // namespace hookflow::stages
