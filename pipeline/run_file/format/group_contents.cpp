#include "pipeline/run_file/format/group_contents.hpp"

#include <algorithm>
#include <iterator>
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

void check_name(const std::string& name, const std::string& kind) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      spell_bytes(name) != name)
    refuse("'" + name + "'", "cannot be the name of " + kind);
}

GroupContents& group_of(std::vector<GroupContents>& groups, const std::string& name) {
  const auto found = std::ranges::find(groups, name, &GroupContents::name);
  return found != groups.end() ? *found : groups.emplace_back(GroupContents{name, {}, {}, {}, {}});
}

void check_group(const GroupContents& group) {
  check_name(group.name, "a group");
  if (is_own_group(group.name)) refuse(group.name, "is the name of a group of the file's own");
  std::set<std::string> datasets;
  std::map<std::string, Coordinates> axes;
  const auto add = [&](const std::string& name, std::span<const Axis> along) {
    const std::string place = group.name + "/" + name;
    check_name(name, "a variable");
    if (!datasets.insert(name).second) refuse(place, "stands there twice");
    std::set<std::string> own;
    for (const Axis& axis : along) {
      check_name(axis.name, "an axis");
      if (!own.insert(axis.name).second) refuse(place, "has two axes '" + axis.name + "'");
      const auto [known, is_new] = axes.try_emplace(axis.name, axis.coordinates);
      if (!is_new && known->second != axis.coordinates)
        refuse(place, "axis '" + axis.name + "' has other coordinates elsewhere in the group");
    }
  };
  for (const Variable& variable : group.variables) add(variable.name, variable.axes);
  for (const TextTable& table : group.texts) {
    add(table.name, {&table.axis, 1});
    if (table.texts.size() != table.axis.size())
      refuse(group.name + "/" + table.name, "has not one text for each step of its axis");
  }
  for (const auto& [name, coordinates] : axes)
    if (datasets.contains(name)) refuse(group.name + "/" + name, "is both a variable and an axis");
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

std::vector<GroupContents> plan_contents(const RunLayout& layout) {
  std::vector<GroupContents> groups;
  for (const GroupLayout& group : layout.groups) {
    if (std::ranges::find(groups, group.name, &GroupContents::name) != groups.end())
      refuse(group.name, "stands there twice");
    groups.push_back({group.name, spell_bytes(group.about), group.variables, {}, {}});
  }
  for (const ConstantArray& constant : layout.constants) {
    GroupContents& group = group_of(groups, constant.group);
    group.variables.push_back(constant.variable);
    group.constants.emplace(constant.variable.name, constant.values);
    if (constant.values.size() != cell_count(constant.variable.axes))
      refuse(constant.group + "/" + constant.variable.name, "has not one value for each cell");
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
