#include "stages/aggregate/prompt_groups.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "pipeline/text/nearest.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/aggregate/fold_inputs.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

constexpr const char* kPrompts = "prompt";  // the axis
constexpr std::size_t kMostRefusalsTold = 20;

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

/// Prompts that cannot be grouped, told together.
class Refusals {
 public:
  void add(const Prompt& prompt, const std::string& column) {
    if (++count_ > kMostRefusalsTold) return;
    std::vector<std::string> known;
    for (const auto& [name, value] : prompt.columns) known.push_back(name);
    const bool there = prompt.columns.contains(column);
    text_ += "\n  " + prompt.place + ": prompt '" + prompt.id + "' has no " +
             (there ? "value in the column '" + column + "'"
                    : "column '" + column + "'" + suggestion(column, known));
  }
  void raise() const {
    if (count_ == 0) return;
    const std::string more =
        count_ > kMostRefusalsTold ? "\n  ... and " + std::to_string(count_ - kMostRefusalsTold) + " more" : "";
    throw ParamError("by", text_ + more);
  }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

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
  Refusals refusals;
  for (const Prompt& prompt : context.prompts) {
    for (std::size_t c = 0; c < by.size(); ++c) {
      const auto cell = prompt.columns.find(by[c]);
      if (cell == prompt.columns.end() || cell->second.empty()) {
        refusals.add(prompt, by[c]);
      } else {
        columns[c].add(cell->second);
      }
    }
  }
  refusals.raise();
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
    throw ParamError("by", "groups prompts, and `over` keeps each prompt by itself; `over` must have prompt");
  folding.group(kPrompts, group_prompts(by, context));
  return folding;
}

}  // namespace hookflow::stages
