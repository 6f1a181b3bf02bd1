#include "pipeline/inspect/group_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <sstream>
#include <type_traits>
#include <utility>

#include "pipeline/error.hpp"
#include "pipeline/run_file/reading/stored_values.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/values/renamed.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

using Role = SheetColumn::Role;

constexpr const char* kPrompts = "prompts";  // the group of the prompts' columns, and their axis
constexpr const char* kPrompt = "prompt";

Cell cell_of(const StoredValues& values, std::size_t at) {
  return std::visit(
      [at](const auto& stored) -> Cell {
        const auto& value = stored[at];
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_floating_point_v<T>)
          return std::isnan(value) ? Cell() : Cell(value);
        else if constexpr (std::is_integral_v<T>)
          return value == -1 ? Cell() : Cell(value);
        else
          return value.empty() ? Cell() : Cell(value);
      },
      values);
}

Cell label_cell(const Axis& axis, std::size_t step) {
  return std::visit([step](const auto& labels) { return Cell(labels[step]); }, axis.coordinates.labels());
}

/// Which step of an axis a row is at, of the rows along all of `axes`.
std::size_t step_of(const std::vector<Axis>& axes, std::size_t axis, std::size_t row) {
  std::size_t inner = 1;
  for (std::size_t i = axis + 1; i < axes.size(); ++i) inner *= axes[i].size();
  return row / inner % axes[axis].size();
}

class GroupReader {
 public:
  GroupReader(const RunFile& run, const RunFileView& view, const std::string& what)
      : run_(run), view_(view), group_(what.substr(0, what.find('.'))) {
    const std::vector<std::string> groups = stored_groups(run);
    if (std::ranges::find(groups, group_) == groups.end())
      refuse("the file has no group '" + group_ + "'" + suggestion(group_, groups));
    datasets_ = stored_datasets(run, group_);
    if (datasets_.empty()) refuse("the group '" + group_ + "' has no values to show");
    if (const std::size_t dot = what.find('.'); dot == std::string::npos)
      choose_most();
    else
      choose(what.substr(dot + 1));
  }

  GroupSheet sheet() {
    Sheet sheet("inspect " + group_, cell_count(axes_));
    for (std::size_t axis = 0; axis < axes_.size(); ++axis)
      sheet.add({axes_[axis].name, Role::label, [axes = axes_, axis](std::size_t row) {
                   return label_cell(axes[axis], step_of(axes, axis, row));
                 }});
    for (const StoredDataset* dataset : shown_) sheet.add(column(*dataset));
    add_prompt_columns(sheet);
    return {std::move(sheet), std::move(left_out_)};
  }

 private:
  [[noreturn]] static void refuse(const std::string& problem) { throw UsageError("inspect: " + problem); }

  void choose_most() {
    // Of integers, such as ids that are known beforehand, alone where there is nothing else.
    axes_ = std::ranges::max_element(datasets_, {}, [](const StoredDataset& set) {
              return std::pair(!set.is_integer(), set.axes.size());
            })->axes;
    for (const StoredDataset& dataset : datasets_) {
      if (spans(dataset))
        shown_.push_back(&dataset);
      else
        left_out_.push_back(group_ + "." + dataset.name);
    }
  }

  void choose(const std::string& list) {
    asked_ = true;
    std::istringstream names(list + ",");
    std::vector<std::string> stored;
    for (const StoredDataset& dataset : datasets_) stored.push_back(dataset.name);
    for (std::string name; std::getline(names, name, ',');) {
      name = current_name(name, stored);
      const auto found = std::ranges::find(datasets_, name, &StoredDataset::name);
      if (found == datasets_.end())
        refuse("'" + group_ + "' has no variable '" + name + "'" +
               suggestion(name, datasets_, &StoredDataset::name));
      shown_.push_back(&*found);
    }
    const StoredDataset& widest =
        **std::ranges::max_element(shown_, {}, [](const StoredDataset* set) { return set->axes.size(); });
    axes_ = widest.axes;
    for (const StoredDataset* dataset : shown_)
      if (!spans(*dataset))
        refuse("'" + dataset->name + "' has the axes " + axes_text(dataset->axes) + ", and '" + widest.name +
               "' has " + axes_text(axes_) + ": show each by itself");
  }

  /// Whether each row has one value of it.
  [[nodiscard]] bool spans(const StoredDataset& dataset) const {
    return std::ranges::all_of(
        dataset.axes, [&](const Axis& axis) { return std::ranges::find(axes_, axis) != axes_.end(); });
  }

  [[nodiscard]] SheetColumn column(const StoredDataset& dataset) const {
    std::vector<std::size_t> along;  // its axes among those of the rows
    for (const Axis& axis : dataset.axes)
      along.push_back(static_cast<std::size_t>(std::ranges::find(axes_, axis) - axes_.begin()));
    const auto values = std::make_shared<const StoredValues>(stored_values(run_, group_, dataset.name));
    const auto at = [axes = axes_, along, values](std::size_t row) {
      std::size_t cell = 0;
      for (const std::size_t axis : along) cell = cell * axes[axis].size() + step_of(axes, axis, row);
      return cell_of(*values, cell);
    };
    TextRows texts = texts_of(dataset);
    const bool asked_alone = shown_.size() == 1 && !dataset.is_text() && texts.empty();
    const bool each_once = asked_ || along.size() == axes_.size();
    const bool measured = !dataset.is_text() && !dataset.is_integer() && each_once;
    return {dataset.name, asked_alone || measured ? Role::measure : Role::value, at, std::move(texts)};
  }

  /// A number that counts along the axis of a list of texts stands for its text.
  [[nodiscard]] TextRows texts_of(const StoredDataset& dataset) const {
    if (dataset.units.empty() || !dataset.is_integer()) return {};
    const auto list = std::ranges::find(view_.texts, dataset.units,
                                        [](const TextTable& table) { return table.axis.long_name; });
    return list == view_.texts.end() ? TextRows() : list->texts;
  }

  void add_prompt_columns(Sheet& sheet) const {
    const auto prompt = std::ranges::find(axes_, kPrompt, &Axis::name);
    if (prompt == axes_.end() || group_ == kPrompts) return;
    std::map<std::string, std::size_t> rows;
    for (std::size_t row = 0; row < view_.prompt.size(); ++row)
      rows.emplace(label_of(view_.prompt, row), row);
    std::vector<std::size_t> row_at;  // of each step along the axis; past all: of none
    for (std::size_t step = 0; step < prompt->size(); ++step) {
      const auto row = rows.find(label_of(*prompt, step));
      row_at.push_back(row == rows.end() ? rows.size() : row->second);
    }
    const auto axis = static_cast<std::size_t>(prompt - axes_.begin());
    for (const TextTable& table : view_.texts)
      if (table.group == kPrompts)
        sheet.add(
            {table.name, Role::hidden, [axes = axes_, axis, row_at, texts = table.texts](std::size_t row) {
               const std::size_t prompt_row = row_at[step_of(axes, axis, row)];
               return prompt_row < texts.size() ? Cell(texts[prompt_row]) : Cell();
             }});
  }

  const RunFile& run_;
  const RunFileView& view_;
  std::string group_;
  std::vector<StoredDataset> datasets_;
  std::vector<Axis> axes_;  // of the rows
  std::vector<const StoredDataset*> shown_;
  bool asked_ = false;  // for those by name
  std::vector<std::string> left_out_;
};

}  // namespace

GroupSheet group_sheet(const RunFile& run, const RunFileView& view, const std::string& what) {
  return GroupReader(run, view, what).sheet();
}

}  // namespace hookflow::pipeline
