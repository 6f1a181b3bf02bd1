#include "pipeline/command/cell_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "pipeline/error.hpp"
#include "pipeline/text/nearest.hpp"

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
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

CellTable::CellTable(const RunFile& run, const RunFileView& view, const std::string& what,
                     std::string command)
    : run_(run),
      view_(view),
      command_(std::move(command)),
      group_(group_named(what.substr(0, what.find('.')))) {
  if (const std::size_t dot = what.find('.'); dot == std::string::npos) {
    const auto fewer_axes = [](const Variable& a, const Variable& b) {
      return a.axes.size() < b.axes.size();
    };
    axes_ = std::max_element(group_.variables.begin(), group_.variables.end(), fewer_axes)->axes;
    for (const Variable& variable : group_.variables)
      if (spans(variable)) show(variable);
  } else {
    std::istringstream names(what.substr(dot + 1) + ",");
    for (std::string name; std::getline(names, name, ',');) {
      const Variable& variable = variable_named(name);
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

const GroupLayout& CellTable::group_named(const std::string& name) const {
  const std::vector<std::string> names = names_of(view_.groups);
  const std::size_t at = index_of(names, name);
  if (at == names.size()) refuse("no group '" + name + "'" + suggestion(name, names));
  if (view_.groups[at].variables.empty()) refuse("the group '" + name + "' has no variables");
  return view_.groups[at];
}

const Variable& CellTable::variable_named(const std::string& name) const {
  const std::vector<std::string> names = names_of(group_.variables);
  const std::size_t at = index_of(names, name);
  if (at == names.size()) refuse("no variable '" + name + "'" + suggestion(name, names));
  return group_.variables[at];
}

void CellTable::show(const Variable& variable) {
  shown_.push_back({&variable, read_variable(run_, group_.name, variable.name)});
}

bool CellTable::spans(const Variable& variable) const {
  return std::all_of(variable.axes.begin(), variable.axes.end(), [&](const Axis& axis) {
    return std::find(axes_.begin(), axes_.end(), axis) != axes_.end();
  });
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
    const auto at = static_cast<std::size_t>(std::find(axes_.begin(), axes_.end(), axis) - axes_.begin());
    cell = cell * axis.size() + steps[at];
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
