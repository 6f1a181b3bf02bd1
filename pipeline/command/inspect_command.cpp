#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <map>
#include <numeric>
#include <sstream>

#include "pipeline/command/command.hpp"
#include "pipeline/command/inspect_summary.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/error.hpp"
#include "pipeline/run_file/reading/verify.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/values/table.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

/// Shows the cells of variables that share their axes, a row a cell.
class CellTable {
 public:
  /// Of a group, the fullest variable and all that fit beside it; or the named ones alone, "group.one,other".
  CellTable(const std::string& path, const RunFileView& file, const std::string& what)
      : path_(path), file_(file), group_(group_named(what.substr(0, what.find('.')))) {
    const std::size_t dot = what.find('.');
    if (dot == std::string::npos) {
      main_ = &*std::max_element(
          group_.variables.begin(), group_.variables.end(),
          [](const Variable& a, const Variable& b) { return a.axes.size() < b.axes.size(); });
      for (const Variable& variable : group_.variables)
        if (spans(variable)) show(variable);
    } else {
      std::istringstream names(what.substr(dot + 1) + ",");
      for (std::string name; std::getline(names, name, ',');) show_named(name);
    }
    cells_.resize(cell_count(main_->axes));
    std::iota(cells_.begin(), cells_.end(), std::size_t{0});
  }

  /// Keeps the cells whose label along an axis is the given one: "replacement=zero".
  void where(const std::string& condition) {
    const std::size_t equals = condition.find('=');
    std::vector<std::string> names;
    for (const Axis& axis : main_->axes) names.push_back(axis.name);
    const std::string name = condition.substr(0, equals);
    const auto found = std::find(names.begin(), names.end(), name);
    if (equals == std::string::npos || found == names.end()) {
      throw UsageError("inspect: --where " + condition + ": must be axis=label with an axis of " +
                       axes_text(main_->axes) + suggestion(name, names));
    }
    const auto at = static_cast<std::size_t>(found - names.begin());
    const std::string value = condition.substr(equals + 1);
    std::vector<std::string> labels;
    for (std::size_t step = 0; step < main_->axes[at].size(); ++step)
      labels.push_back(label_of(main_->axes[at], step));
    if (std::find(labels.begin(), labels.end(), value) == labels.end()) {
      throw UsageError("inspect: --where " + condition + ": the axis has no such label" +
                       suggestion(value, labels));
    }
    std::erase_if(cells_, [&](std::size_t cell) { return labels[steps(cell)[at]] != value; });
  }

  /// Keeps the cells of largest magnitude, largest first.
  void top(std::size_t count) {
    const std::vector<double>& values = values_of(main_);
    std::erase_if(cells_, [&](std::size_t cell) { return std::isnan(values[cell]); });
    std::stable_sort(cells_.begin(), cells_.end(),
                     [&](std::size_t a, std::size_t b) { return std::abs(values[a]) > std::abs(values[b]); });
    if (cells_.size() > count) cells_.resize(count);
  }

  void print(std::size_t most) const {
    std::vector<std::string> header;
    for (const Axis& axis : main_->axes) header.push_back(axis.name);
    for (const auto& [variable, values] : shown_) header.push_back(variable->name);
    Table table(std::move(header));
    for (std::size_t i = 0; i < std::min(most, cells_.size()); ++i) {
      std::vector<std::string> row;
      const std::vector<std::size_t> at = steps(cells_[i]);
      for (std::size_t axis = 0; axis < at.size(); ++axis)
        row.push_back(label_of(main_->axes[axis], at[axis]));
      for (const auto& [variable, values] : shown_)
        row.push_back(value_text(*variable, values[cell_in(*variable, at)]));
      table.add(std::move(row));
    }
    table.print(std::cout);
    if (cells_.size() > most)
      std::cout << "  ... and " << cells_.size() - most << " more; --rows shows more\n";
  }

 private:
  [[nodiscard]] const GroupLayout& group_named(const std::string& name) const {
    std::vector<std::string> names;
    for (const GroupLayout& group : file_.groups) {
      if (group.name == name && group.variables.empty())
        throw UsageError("inspect: the group '" + name + "' has no variables");
      if (group.name == name) return group;
      names.push_back(group.name);
    }
    throw UsageError("inspect: no group '" + name + "'" + suggestion(name, names));
  }

  void show(const Variable& variable) {
    shown_.emplace_back(&variable, read_variable(path_, group_.name, variable.name));
  }

  /// The first that is named decides on rows and order.
  void show_named(const std::string& name) {
    std::vector<std::string> names;
    for (const Variable& variable : group_.variables) names.push_back(variable.name);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      throw UsageError("inspect: no variable '" + name + "'" + suggestion(name, names));
    const Variable& variable = group_.variables[static_cast<std::size_t>(found - names.begin())];
    if (main_ == nullptr) main_ = &variable;
    if (!spans(variable))
      throw UsageError("inspect: '" + name + "' has the axes " + axes_text(variable.axes) + ", '" +
                       main_->name + "' before it " + axes_text(main_->axes) + ": show each by itself");
    show(variable);
  }

  /// Whether each of the variable's axes is one of the main variable's, so that each cell has one value of
  /// it.
  [[nodiscard]] bool spans(const Variable& variable) const {
    return std::all_of(variable.axes.begin(), variable.axes.end(), [&](const Axis& axis) {
      return std::find(main_->axes.begin(), main_->axes.end(), axis) != main_->axes.end();
    });
  }

  [[nodiscard]] std::vector<std::size_t> steps(std::size_t cell) const {
    std::vector<std::size_t> at(main_->axes.size());
    for (std::size_t axis = at.size(); axis-- > 0;) {
      at[axis] = cell % main_->axes[axis].size();
      cell /= main_->axes[axis].size();
    }
    return at;
  }

  [[nodiscard]] std::size_t cell_in(const Variable& variable, const std::vector<std::size_t>& at) const {
    std::size_t cell = 0;
    for (const Axis& axis : variable.axes) {
      const auto main_axis = std::find(main_->axes.begin(), main_->axes.end(), axis) - main_->axes.begin();
      cell = cell * axis.size() + at[static_cast<std::size_t>(main_axis)];
    }
    return cell;
  }

  [[nodiscard]] const std::vector<double>& values_of(const Variable* wanted) const {
    return std::find_if(shown_.begin(), shown_.end(),
                        [&](const auto& entry) { return entry.first == wanted; })
        ->second;
  }

  /// A number that names an entry of a table is shown with that entry's text.
  [[nodiscard]] std::string value_text(const Variable& variable, double value) const {
    std::string text = shown_number(value);
    for (const TextTable& table : file_.texts) {
      const bool names_entry = variable.units == table.axis.long_name && value >= 0;
      const auto entry = static_cast<std::size_t>(names_entry ? value : 0);
      if (names_entry && entry < table.texts.size()) text += " '" + table.texts[entry] + "'";
    }
    return text;
  }

  std::string path_;
  const RunFileView& file_;
  const GroupLayout& group_;
  const Variable* main_ = nullptr;
  std::vector<std::pair<const Variable*, std::vector<double>>> shown_;
  std::vector<std::size_t> cells_;
};

/// Exit code 3 if something is damaged.
int verify(const std::string& path) {
  const Damage damage = verify_run_file(path);
  if (!damage.any()) {
    std::cout << path << ": all that is done is as it was stored\n";
    return exit_code::kDone;
  }
  std::cout << told(damage, path, std::numeric_limits<std::size_t>::max())
            << "`hookflow resume` computes that again\n";
  return exit_code::kInput;
}

int inspect(const std::vector<std::string>& arguments) {
  Options options("inspect FILE.h5 [GROUP[.VARIABLE[,VARIABLE...]]] [options]",
                  "Shows what a run file holds; with a group or variables of one, their values as a table.");
  options.positional("file", 1, "the run file");
  options.positional("what", 1, "group, group.variable or group.variable,variable");
  options.add()("where", po::value<std::vector<std::string>>()->composing(),
                "axis=label: only these cells; may be repeated")(
      "top", po::value<int>(), "the cells of largest magnitude in the first variable, largest first")(
      "rows", po::value<int>()->default_value(50), "rows to show at most")("provenance",
                                                                           "how the file was made")(
      "verify", "compare all results with their checksums; exit code 3 if any is damaged");
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::string path = options.required("file");
  if (options.has("verify")) {
    if (options.has("what") || options.has("provenance"))
      throw UsageError("inspect: --verify is of the whole file, and shows nothing else");
    return verify(path);
  }
  const RunFileView file = read_run_file(path);
  if (!options.has("what")) {
    print_summary(file, options.has("provenance"), std::cout);
    return exit_code::kDone;
  }
  const int rows = options.get<int>("rows");
  const int top = options.get_or("top", 1);
  if (rows < 1 || top < 1) throw UsageError("inspect: --rows and --top must be 1 or more");
  CellTable table(path, file, options.get<std::string>("what"));
  for (const std::string& condition : options.get_or("where", std::vector<std::string>()))
    table.where(condition);
  if (options.has("top")) table.top(static_cast<std::size_t>(top));
  table.print(static_cast<std::size_t>(rows));
  return exit_code::kDone;
}

const bool kInspect = register_command({"inspect", "show what a run file holds", inspect});

}  // namespace
}  // namespace hookflow::pipeline
