#include "pipeline/run_file/format/group_contents.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>

#include "pipeline/text/utf8.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

[[noreturn]] void refuse(const std::string& place, const std::string& problem) {
  throw std::logic_error("run layout: " + place + ": " + problem);
}

bool is_possible_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         spell_bytes(name) == name;
}

/// The names of a group, which are those of its arrays and of their axes.
class GroupNames {
 public:
  /// Notes the first thing that is wrong.
  void add(const std::string& array, std::span<const Axis> along) {
    if (!is_possible_name(array)) note("'" + array + "' cannot be the name of a variable");
    if (!arrays_.insert(array).second) note("'" + array + "' is given twice");
    std::set<std::string> own;
    for (const Axis& axis : along) {
      if (!is_possible_name(axis.name)) note("'" + axis.name + "' cannot be the name of an axis");
      if (!own.insert(axis.name).second) note("'" + array + "' has two axes '" + axis.name + "'");
      const auto [known, is_new] = axes_.try_emplace(axis.name, axis.coordinates);
      if (!is_new && known->second != axis.coordinates)
        note("'" + array + "' has an axis '" + axis.name +
             "' with labels that differ from those of another variable");
    }
  }

  [[nodiscard]] std::optional<std::string> problem() {
    for (const auto& [name, coordinates] : axes_)
      if (arrays_.contains(name)) note("'" + name + "' is both a variable and an axis");
    return problem_;
  }

 private:
  void note(const std::string& problem) {
    if (!problem_) problem_ = problem;
  }

  std::set<std::string> arrays_;
  std::map<std::string, Coordinates> axes_;
  std::optional<std::string> problem_;
};

GroupContents& group_of(std::vector<GroupContents>& groups, const std::string& name) {
  const auto found = std::ranges::find(groups, name, &GroupContents::name);
  return found != groups.end() ? *found : groups.emplace_back(GroupContents{name, {}, {}, {}, {}});
}

void check_group(const GroupContents& group) {
  if (!is_possible_name(group.name)) refuse("'" + group.name + "'", "cannot be the name of a group");
  if (is_own_group(group.name)) refuse(group.name, "is the name of one of the file's own groups");
  GroupNames names;
  for (const Variable& variable : group.variables) names.add(variable.name, variable.axes);
  for (const TextTable& table : group.texts) {
    names.add(table.name, {&table.axis, 1});
    if (table.texts.size() != table.axis.size())
      refuse(group.name + "/" + table.name, "does not have one text for each label of its axis");
  }
  if (const auto problem = names.problem()) refuse(group.name, *problem);
}

}  // namespace

void spell_labels(Axis& axis) {
  const auto* labels = std::get_if<std::vector<std::string>>(&axis.coordinates.labels());
  if (labels == nullptr) return;
  const auto as_is = [](const std::string& label) { return spell_bytes(label) == label; };
  if (std::ranges::all_of(*labels, as_is)) return;  // the axis stays shared
  std::vector<std::string> spelled;
  std::ranges::transform(*labels, std::back_inserter(spelled), spell_bytes);
  axis.coordinates = std::move(spelled);
}

std::optional<std::string> naming_problem(std::span<const Variable> variables) {
  GroupNames names;
  for (const Variable& variable : variables) names.add(variable.name, variable.axes);
  return names.problem();
}

std::vector<GroupContents> plan_contents(const RunLayout& layout) {
  std::vector<GroupContents> groups;
  for (const GroupLayout& group : layout.groups) {
    if (std::ranges::find(groups, group.name, &GroupContents::name) != groups.end())
      refuse(group.name, "is given twice");
    groups.push_back({group.name, spell_bytes(group.about), group.variables, {}, {}});
  }
  for (const ConstantArray& constant : layout.constants) {
    GroupContents& group = group_of(groups, constant.group);
    group.variables.push_back(constant.variable);
    group.constants.emplace(constant.variable.name, constant.values);
    if (constant.values.size() != cell_count(constant.variable.axes))
      refuse(constant.group + "/" + constant.variable.name, "does not have one value for each cell");
  }
  for (const TextTable& table : layout.texts) {
    TextTable& stored = group_of(groups, table.group).texts.emplace_back(table);
    stored.texts = TextRows(table.texts.size(),
                            [given = table.texts](std::size_t row) { return spell_bytes(given[row]); });
  }
  for (GroupContents& group : groups) {
    for (Variable& variable : group.variables) std::ranges::for_each(variable.axes, spell_labels);
    for (TextTable& table : group.texts) spell_labels(table.axis);
    check_group(group);
  }
  return groups;
}

Axis prompt_axis(const RunLayout& layout) {
  const auto fits = [&](const Axis& axis) { return axis.name == "prompt" && axis.size() == layout.prompts; };
  for (const GroupLayout& group : layout.groups)
    for (const Variable& variable : group.variables)
      for (const Axis& axis : variable.axes)
        if (fits(axis)) return axis;
  for (const TextTable& table : layout.texts)
    if (fits(table.axis)) return table.axis;
  return numbered_axis("prompt", layout.prompts, "Prompt");
}

}  // namespace hookflow::pipeline
