#include "pipeline/inspect/group_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <type_traits>
#include <utility>

#include "pipeline/charts/chart.hpp"
#include "pipeline/charts/telling.hpp"
#include "pipeline/error.hpp"
#include "pipeline/inspect/overview.hpp"
#include "pipeline/inspect/spelled_texts.hpp"
#include "pipeline/run_file/reading/cell_reader.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/values/renamed.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

using Role = SheetColumn::Role;

constexpr const char* kPrompts = "prompts";  // the group of the prompts' columns, and their axis
constexpr const char* kPrompt = "prompt";

template <class Value>
Cell cell_of(const Value& value) {
  if constexpr (std::is_floating_point_v<Value>)
    return std::isnan(value) ? Cell() : Cell(value);
  else if constexpr (std::is_integral_v<Value>)
    return value == -1 ? Cell() : Cell(value);
  else
    return value.empty() ? Cell() : Cell(value);
}

using CellAt = std::function<Cell(std::size_t cell)>;

/// Borrows the run.
template <class Value>
CellAt number_cells(const RunFile& run, const std::string& group, const std::string& name) {
  const auto reader = run.read([&](const h5::File& file) {
    return std::make_shared<CellReader<Value>>(file.open_group(group).open_dataset(name));
  });
  return [&run, reader](std::size_t cell) {
    return run.read([&](const h5::File&) { return cell_of((*reader)[cell]); });
  };
}

CellAt text_cells(StoredValues values) {
  const auto texts =
      std::make_shared<const std::vector<std::string>>(std::get<std::vector<std::string>>(std::move(values)));
  return [texts](std::size_t cell) { return cell_of((*texts)[cell]); };
}

CellAt cells_of(const RunFile& run, const std::string& group, const StoredDataset& dataset) {
  if (dataset.is_text()) return text_cells(stored_values(run, group, dataset.name));
  if (dataset.kind == h5::Kind::float32) return number_cells<float>(run, group, dataset.name);
  if (dataset.kind == h5::Kind::float64) return number_cells<double>(run, group, dataset.name);
  return number_cells<std::int64_t>(run, group, dataset.name);
}

Cell label_cell(const Axis& axis, std::size_t step) {
  return std::visit([step](const auto& labels) { return Cell(labels[step]); }, axis.coordinates.labels());
}

std::vector<std::size_t> sizes_of(const std::vector<Axis>& axes) {
  std::vector<std::size_t> sizes;
  for (const Axis& axis : axes) sizes.push_back(axis.size());
  return sizes;
}

/// Which step of an axis a row is at, of the rows along all of `axes`.
std::size_t step_of(const std::vector<Axis>& axes, std::size_t axis, std::size_t row) {
  std::size_t inner = 1;
  for (std::size_t i = axis + 1; i < axes.size(); ++i) inner *= axes[i].size();
  return row / inner % axes[axis].size();
}

class GroupReader {
 public:
  GroupReader(const RunFile& run, const RunFileView& view, const std::string& what, std::string command)
      : run_(run),
        view_(view),
        command_(std::move(command)),
        group_(what.substr(0, what.find('.'))),
        datasets_(group_datasets(run, group_, command_)) {
    if (const std::size_t dot = what.find('.'); dot == std::string::npos)
      choose_most();
    else
      choose(what.substr(dot + 1));
  }

  GroupSheet sheet() {
    Sheet sheet(command_ + " " + group_, sizes_of(axes_));
    for (std::size_t axis = 0; axis < axes_.size(); ++axis)
      add_along(sheet, axis, Role::label, axes_[axis].name,
                [labels = axes_[axis]](std::size_t step) { return label_cell(labels, step); });
    for (const StoredDataset* dataset : shown_) sheet.add(column(*dataset));
    add_prompt_columns(sheet);
    return {std::move(sheet), std::move(left_out_)};
  }

 private:
  [[noreturn]] void refuse(const std::string& problem) const { throw UsageError(command_ + ": " + problem); }

  void choose_most() {
    // Of integers, such as ids that are known beforehand, alone where there is nothing else.
    axes_ = std::ranges::max_element(datasets_, {}, [](const StoredDataset& set) {
              return std::pair(!set.is_integer(), set.axes.size());
            })->axes;
    for (const StoredDataset& dataset : datasets_) {
      if (spans(dataset) && dataset.spelled_from.empty())  // a text is read by itself
        shown_.push_back(&dataset);
      else
        left_out_.push_back(group_ + "." + dataset.name);
    }
  }

  void choose(const std::string& list) {
    asked_ = true;
    std::istringstream names(list + ",");
    for (std::string name; std::getline(names, name, ',');)
      shown_.push_back(&named_dataset(datasets_, name, command_ + ": '" + group_ + "'"));
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

  /// A column whose cells are known from the step along one axis of the rows.
  void add_along(Sheet& sheet, std::size_t axis, Role role, const std::string& name, const CellAt& at) const {
    sheet.add({name,
               role,
               [axes = axes_, axis, at](std::size_t row) { return at(step_of(axes, axis, row)); },
               {},
               axis});
  }

  [[nodiscard]] CellAt cells(const StoredDataset& dataset) const {
    if (dataset.spelled_from.empty()) return cells_of(run_, group_, dataset);
    const auto pieces = std::ranges::find(datasets_, dataset.spelled_from, &StoredDataset::name);
    const auto text_at = spelled_texts(run_, view_, group_, *pieces);
    return [text_at](std::size_t cell) { return cell_of(text_at(cell)); };
  }

  [[nodiscard]] SheetColumn column(const StoredDataset& dataset) const {
    std::vector<std::size_t> along;  // its axes among those of the rows
    for (const Axis& axis : dataset.axes)
      along.push_back(static_cast<std::size_t>(std::ranges::find(axes_, axis) - axes_.begin()));
    const auto at = [axes = axes_, along, cells = cells(dataset)](std::size_t row) {
      std::size_t cell = 0;
      for (const std::size_t axis : along) cell = cell * axes[axis].size() + step_of(axes, axis, row);
      return cells(cell);
    };
    TextRows texts = dataset.is_integer() ? texts_counted_by(view_, dataset.units) : TextRows();
    const bool asked_alone = shown_.size() == 1 && !dataset.is_text() && texts.empty();
    const int place = asked_ ? 0 : precedence(dataset.name);
    const bool is_found = place <= static_cast<int>(Telling::effect);  // even where rows repeat it
    const bool measured =
        !dataset.is_text() && !dataset.is_integer() && (is_found || along.size() == axes_.size());
    const Role role = asked_alone || measured ? Role::measure : Role::value;
    return {dataset.name,
            role,
            at,
            std::move(texts),
            along.size() == 1 ? std::optional(along.front()) : std::nullopt,
            place,
            is_p_value(dataset.name)};
  }

  /// What is shown first, then what tells most.
  [[nodiscard]] int precedence(const std::string& name) const {
    const Variable* variable = find_variable(view_.groups, group_, name);
    if (variable == nullptr) return static_cast<int>(Telling::ancillary);
    if (likely_variable(view_) == group_ + "." + name) return -1;
    const auto group = std::ranges::find(view_.groups, group_, &GroupLayout::name);
    return static_cast<int>(telling_of(*variable, group->variables));
  }

  [[nodiscard]] bool is_p_value(const std::string& name) const {
    const Variable* variable = find_variable(view_.groups, group_, name);
    return variable != nullptr && variable->relation == Relation::p_value;
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
        add_along(sheet, axis, Role::hidden, table.name, [row_at, texts = table.texts](std::size_t step) {
          return row_at[step] < texts.size() ? Cell(texts[row_at[step]]) : Cell();
        });
  }

  const RunFile& run_;
  const RunFileView& view_;
  std::string command_;
  std::string group_;
  std::vector<StoredDataset> datasets_;
  std::vector<Axis> axes_;  // of the rows
  std::vector<const StoredDataset*> shown_;
  bool asked_ = false;  // for those by name
  std::vector<std::string> left_out_;
};

}  // namespace

std::vector<StoredDataset> group_datasets(const RunFile& run, const std::string& group,
                                          const std::string& command) {
  const std::vector<std::string> groups = stored_groups(run);
  if (std::ranges::find(groups, group) == groups.end())
    throw UsageError(command + ": the file has no group '" + group + "'" + suggestion(group, groups));
  std::vector<StoredDataset> datasets = stored_datasets(run, group);
  if (datasets.empty()) throw UsageError(command + ": the group '" + group + "' has no values to show");
  add_spelled(datasets);
  return datasets;
}

const StoredDataset& named_dataset(const std::vector<StoredDataset>& datasets, const std::string& name,
                                   const std::string& place) {
  std::vector<std::string> stored;
  for (const StoredDataset& dataset : datasets) stored.push_back(dataset.name);
  const auto found = std::ranges::find(datasets, current_name(name, stored), &StoredDataset::name);
  if (found == datasets.end())
    throw UsageError(place + " has no variable '" + name + "'" + suggestion(name, stored));
  return *found;
}

std::string dotted(std::string what) {
  if (what.starts_with('/')) what.erase(0, 1);
  std::ranges::replace(what, '/', '.');
  return what;
}

GroupSheet group_sheet(const RunFile& run, const RunFileView& view, const std::string& what,
                       const std::string& command) {
  return GroupReader(run, view, what, command).sheet();
}

}  // namespace hookflow::pipeline
