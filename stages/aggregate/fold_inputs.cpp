#include "stages/aggregate/fold_inputs.hpp"

#include <algorithm>
#include <optional>

#include "pipeline/text/nearest.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/aggregate/axis_fold.hpp"
#include "stages/subject/token_id.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

const Axis* find_axis(const Variable& variable, const std::string& name) {
  const auto found = std::find_if(variable.axes.begin(), variable.axes.end(),
                                  [&](const Axis& axis) { return axis.name == name; });
  return found == variable.axes.end() ? nullptr : &*found;
}

std::string shown(const std::string& label) { return "'" + label + "'"; }
template <typename T>
std::string shown(const T& label) {
  return pipeline::write_param(label).text;
}

/// How the labels of two axes differ, or nothing.
std::optional<std::string> difference(const Axis& a, const Axis& b) {
  if (a.size() != b.size())
    return "has " + std::to_string(a.size()) + " labels in a and " + std::to_string(b.size()) + " in b";
  const auto first_difference = [&](const auto& labels) -> std::optional<std::string> {
    const auto* others = std::get_if<std::decay_t<decltype(labels)>>(&b.coordinates.labels());
    if (others == nullptr) return "has labels of different types in a and b";
    const auto [in_a, in_b] = std::mismatch(labels.begin(), labels.end(), others->begin());
    if (in_a == labels.end()) return std::nullopt;
    return "has the label " + shown(*in_a) + " in a where b has " + shown(*in_b) + ", at index " +
           std::to_string(in_a - labels.begin());
  };
  return std::visit(first_difference, a.coordinates.labels());
}

std::string axis_names(const Variable& variable) {
  std::string names;
  for (const Axis& axis : variable.axes) names += (names.empty() ? "" : ", ") + axis.name;
  return names;
}

std::size_t partner_of(const Variable& variable, const PlannedInput& b) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < b.variables.size(); ++i) {
    if (b.variables[i].name == variable.name) return i;
    names.push_back(b.variables[i].name);
  }
  throw ParamError("in", "b: '" + b.stage + "' has no variable '" + variable.name +
                             "' to compare with that of a" + suggestion(variable.name, names) +
                             "; name one variable on each side, as in stage.variable");
}

/// Token ids are looked up, not computed with.
bool folds_over(const Variable& variable, const std::vector<std::string>& axes) {
  return has_axes(variable, axes) && variable.units != kTokenId;
}

}  // namespace

std::vector<std::size_t> variables_over(const PlannedInput& input, const std::vector<std::string>& axes,
                                        const std::string& param) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < input.variables.size(); ++i) {
    if (folds_over(input.variables[i], axes)) found.push_back(i);
  }
  if (!found.empty()) return found;
  for (const Variable& variable : input.variables)
    if (has_axes(variable, axes))
      throw ParamError("in", "'" + variable.name + "' holds token ids, which are not aggregated");
  throw ParamError(param, no_such_axes(input.variables, axes));
}

void check_several_steps(const Variable& variable, const std::vector<std::string>& over) {
  std::size_t steps = 1;
  std::string names;
  for (const std::string& name : over) {
    steps *= find_axis(variable, name)->size();
    names += (names.empty() ? "'" : ", '") + name + "'";
  }
  if (steps < 2)
    throw ParamError("over", names + " of '" + variable.name + "' has " + std::to_string(steps) +
                                 " value; must be 2 or more");
}

void check_new_axis(const Variable& variable, const Folding& folding, const std::string& name) {
  for (const Axis& axis : folding.kept(variable)) {
    if (axis.name != name) continue;
    if (find_axis(variable, name) == nullptr)
      throw ParamError(
          "by", "the results have an axis '" + name + "' of their own; the column must have another name");
    throw ParamError("over",
                     "'" + variable.name + "' would keep its axis '" + name +
                         "', a name that the results need for an axis of their own; aggregate over it");
  }
}

std::vector<VariablePair> pair_variables(const PlannedInput& a, const PlannedInput& b,
                                         const std::vector<std::string>& over) {
  std::vector<VariablePair> pairs;
  const bool single = a.variables.size() == 1 && b.variables.size() == 1;
  for (const std::size_t i : variables_over(a, over))
    pairs.push_back({i, single ? 0 : partner_of(a.variables[i], b)});
  return pairs;
}

void check_aligned(const Variable& a, const Variable& b, const std::vector<std::string>& over,
                   FoldedAxes folded) {
  for (const std::string& name : over) {
    if (find_axis(b, name) == nullptr)
      throw ParamError("over", "'" + b.name + "' of b has no axis '" + name + "'; it has " + axis_names(b));
  }
  for (const Axis& axis : b.axes) {
    if (folded == FoldedAxes::any && std::find(over.begin(), over.end(), axis.name) != over.end()) continue;
    const Axis* partner = find_axis(a, axis.name);
    if (partner == nullptr)
      throw ParamError("in", "b has an axis '" + axis.name + "' that a lacks; a has " + axis_names(a) +
                                 ", and b may have fewer axes, but no others");
    if (const auto problem = difference(*partner, axis))
      throw ParamError("in", "axis '" + axis.name + "' " + *problem + "; they must be equal");
  }
}

}  // namespace hookflow::stages
