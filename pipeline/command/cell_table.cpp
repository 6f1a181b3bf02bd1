#include "pipeline/command/cell_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "pipeline/error.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/values/renamed.hpp"

namespace hookflow::pipeline {
namespace {

template <class Item>
std::vector<std::string> names_of(const std::vector<Item>& items) {
  std::vector<std::string> names;
  for (const Item& item : items) names.push_back(item.name);
  return names;
}

/// The item's number; that of none: the number of items.
std::size_t index_of(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

}  // namespace

template <class Item>
const Item& CellTable::find(const std::vector<Item>& items, const std::string& kind,
                            const std::string& name) const {
  const std::vector<std::string> names = names_of(items);
  const std::size_t at = index_of(names, current_name(name, names));
  if (at == names.size()) refuse("no " + kind + " '" + name + "'" + suggestion(name, names));
  return items[at];
}

CellTable::CellTable(const RunFile& run, const RunFileView& view, const std::string& what,
                     std::string command)
    : run_(run),
      view_(view),
      command_(std::move(command)),
      group_(find(view.groups, "group", what.substr(0, what.find('.')))) {
  if (group_.variables.empty()) refuse("the group '" + group_.name + "' has no variables");
  if (const std::size_t dot = what.find('.'); dot == std::string::npos) {
    const auto axes = [](const Variable& variable) { return variable.axes.size(); };
    axes_ = std::ranges::max_element(group_.variables, {}, axes)->axes;
    for (const Variable& variable : group_.variables)
      if (spans(variable)) show(variable);
  } else {
    std::istringstream names(what.substr(dot + 1) + ",");
    for (std::string name; std::getline(names, name, ',');) {
      const Variable& variable = find(group_.variables, "variable", name);
      if (shown_.empty()) axes_ = variable.axes;
      if (!spans(variable))
        refuse("'" + name + "' has the axes " + axes_text(variable.axes) + ", '" +
               shown_.front().variable->name + "' before it " + axes_text(axes_) + ": show each by itself");
      show(variable);
    }
  }
  cells_.resize(cell_count(axes_));
  std::iota(cells_.begin(), cells_.end(), std::size_t{0});
}

void CellTable::where(const std::string& condition) {
  const std::size_t equals = condition.find('=');
  const std::vector<std::string> names = names_of(axes_);
  const std::string name = condition.substr(0, equals);
  const std::size_t at = index_of(names, name);
  if (equals == std::string::npos || at == names.size())
    refuse("--where " + condition + ": must be axis=label with an axis of " + axes_text(axes_) +
           suggestion(name, names));
  const std::string value = condition.substr(equals + 1);
  std::vector<std::string> labels;
  for (std::size_t step = 0; step < axes_[at].size(); ++step) labels.push_back(label_of(axes_[at], step));
  if (index_of(labels, value) == labels.size())
    refuse("--where " + condition + ": the axis has no such label" + suggestion(value, labels));
  std::erase_if(cells_, [&](std::size_t cell) { return labels[steps(cell)[at]] != value; });
}

void CellTable::top(std::size_t count) {
  const Shown& first = *std::find_if(shown_.begin(), shown_.end(), [&](const Shown& shown) {
    return shown.variable->axes.size() == axes_.size();
  });
  std::erase_if(cells_, [&](std::size_t cell) { return std::isnan(first.values[cell]); });
  std::stable_sort(cells_.begin(), cells_.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(first.values[a]) > std::abs(first.values[b]);
  });
  if (cells_.size() > count) cells_.resize(count);
}

Table CellTable::rows(std::size_t most) const {
  std::vector<std::string> header = names_of(axes_);
  for (const Shown& shown : shown_) header.push_back(shown.variable->name);
  Table table(std::move(header));
  for (std::size_t i = 0; i < std::min(most, cells_.size()); ++i) {
    std::vector<std::string> row;
    const std::vector<std::size_t> at = steps(cells_[i]);
    for (std::size_t axis = 0; axis < at.size(); ++axis) row.push_back(label_of(axes_[axis], at[axis]));
    for (const auto& [variable, values] : shown_)
      row.push_back(value_text(*variable, values[cell_in(*variable, at)]));
    table.add(std::move(row));
  }
  return table;
}

void CellTable::refuse(const std::string& problem) const { throw UsageError(command_ + ": " + problem); }

void CellTable::show(const Variable& variable) {
  shown_.push_back({&variable, read_variable(run_, group_.name, variable.name)});
}

bool CellTable::spans(const Variable& variable) const {
  return std::ranges::all_of(variable.axes,
                             [&](const Axis& axis) { return std::ranges::find(axes_, axis) != axes_.end(); });
}

std::vector<std::size_t> CellTable::steps(std::size_t cell) const {
  std::vector<std::size_t> at(axes_.size());
  for (std::size_t axis = at.size(); axis-- > 0;) {
    at[axis] = cell % axes_[axis].size();
    cell /= axes_[axis].size();
  }
  return at;
}

std::size_t CellTable::cell_in(const Variable& variable, const std::vector<std::size_t>& steps) const {
  std::size_t cell = 0;
  for (const Axis& axis : variable.axes) {
    const auto at = std::ranges::find(axes_, axis) - axes_.begin();
    cell = cell * axis.size() + steps[static_cast<std::size_t>(at)];
  }
  return cell;
}

/// A number that counts along the axis of a list of texts is shown with its text.
std::string CellTable::value_text(const Variable& variable, double value) const {
  std::string text = shown_number(value);
  if (variable.units.empty()) return text;
  for (const TextTable& list : view_.texts)
    if (variable.units == list.axis.long_name && value >= 0 && value < static_cast<double>(list.texts.size()))
      text += " '" + list.texts[static_cast<std::size_t>(value)] + "'";
  return text;
}

}  // namespace hookflow::pipeline
