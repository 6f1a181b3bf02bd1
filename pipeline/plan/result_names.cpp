#include "pipeline/plan/result_names.hpp"

#include <algorithm>
#include <vector>

#include "pipeline/charts/choose_chart.hpp"
#include "pipeline/charts/telling.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/values/renamed.hpp"

namespace hookflow::pipeline {
namespace {

/// None of a stage that is not planned.
std::vector<Variable> variables_of(const Plan& plan, const std::string& stage) {
  const auto is_it = [&](const PlannedStage& planned) { return planned.spec->id == stage; };
  const auto found = std::ranges::find_if(plan.stages, is_it);
  return found == plan.stages.end() ? std::vector<Variable>() : found->variables;
}

std::string most_telling_kept(const Plan& plan) {
  std::vector<GroupLayout> kept;
  for (const std::string& stage : plan.spec.keep) kept.push_back({stage, "", variables_of(plan, stage)});
  return most_telling(kept);
}

}  // namespace

std::string known_variable(const Plan& plan, const std::string& stage, const std::string& variable) {
  std::vector<std::string> names;
  for (const Variable& known : variables_of(plan, stage)) names.push_back(known.name);
  return current_name(variable, names);
}

std::string known_axis(const Plan& plan, const std::string& stage, const std::string& axis) {
  std::vector<std::string> names;
  for (const Variable& variable : variables_of(plan, stage))
    for (const Axis& known : variable.axes) names.push_back(known.name);
  return current_name(axis, names);
}

void settle_show(Plan& plan, Problems& problems) {
  std::string& show = plan.spec.show;
  if (show.empty()) {
    show = most_telling_kept(plan);
    return;
  }
  if (const std::size_t dot = show.find('.'); dot != std::string::npos) {
    const std::string stage = show.substr(0, dot);
    show = stage + "." + known_variable(plan, stage, show.substr(dot + 1));
  }
  std::vector<std::string> names;
  for (const PlannedStage& stage : plan.stages) {
    if (!stage.stored) continue;
    for (const Variable& variable : stage.variables) names.push_back(stage.spec->id + "." + variable.name);
  }
  if (std::ranges::find(names, show) == names.end())
    problems.add(plan.spec.show_line,
                 "show: '" + show + "' is not a stored variable" + suggestion(show, names));
}

void check_figures(Plan& plan, Findings& findings, Problems& problems) {
  std::vector<GroupLayout> stored;
  for (const PlannedStage& stage : plan.stages)
    if (stage.stored) stored.push_back({stage.spec->id, "", stage.variables});
  const std::vector<TextTable> texts = plan.subject->tables();
  std::erase_if(plan.spec.figures, [&](const FigureRequest& figure) {
    std::vector<std::string> found;
    static_cast<void>(choose_chart(figure, {stored, texts}, found));
    const std::string id = "figure '" + figure.id() + "'";
    if (!found.empty() && plan.spec.is_changed) {
      findings.warn({"", "", "figure left out", id + " is left out: " + found.front()});
      return true;
    }
    for (const std::string& problem : found) problems.add(figure.line, id + ": " + problem);
    return false;
  });
}

}  // namespace hookflow::pipeline
