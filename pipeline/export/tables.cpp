#include "pipeline/export/tables.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "pipeline/error.hpp"
#include "pipeline/inspect/group_sheet.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kCommand = "export";

using Variables = std::vector<StoredDataset>;

/// Variables of a group that were named together, or alone, or as all that the group has.
struct Named {
  std::string group;
  Variables variables;
  bool listed = false;  // beside each other
};

bool same_axes(const StoredDataset& one, const StoredDataset& other) { return one.axes == other.axes; }

Named named_by(const RunFile& run, const std::string& what) {
  const std::string name = dotted(what);
  const std::size_t dot = name.find('.');
  Named named{name.substr(0, dot), {}, name.find(',') != std::string::npos};
  if (named.group == kCheckpointGroup || named.group == kHistoryGroup || named.group == kSealGroup)
    throw UsageError("export: '" + named.group + "' has a form of its own: `hookflow inspect FILE " +
                     named.group + " --csv` writes it");
  named.variables = group_datasets(run, named.group, kCommand);
  if (dot == std::string::npos) return named;
  std::istringstream list(name.substr(dot + 1) + ",");
  Variables chosen;
  for (std::string one; std::getline(list, one, ',');)
    chosen.push_back(named_dataset(named.variables, one, "export: '" + named.group + "'"));
  named.variables = std::move(chosen);
  return named;
}

std::vector<Named> all_named(const RunFile& run, const RunFileView& view,
                             const std::vector<std::string>& names) {
  std::vector<Named> all;
  for (const std::string& name : names) all.push_back(named_by(run, name));
  if (names.empty())
    for (const GroupLayout& group : view.groups)
      if (!group.about.empty()) all.push_back({group.name, group_datasets(run, group.name, kCommand), false});
  if (all.empty()) throw UsageError("export: the file keeps no results; name a group of it");
  return all;
}

/// Puts a variable beside those of its group that have its axes.
void add_by_axes(std::vector<ExportTable>& tables, const std::string& group, const StoredDataset& variable) {
  const auto fits = [&](const ExportTable& table) {
    return table.group == group && same_axes(table.variables.front(), variable);
  };
  const auto found = std::ranges::find_if(tables, fits);
  if (found == tables.end())
    tables.push_back({group, {variable}, ""});
  else if (std::ranges::find(found->variables, variable.name, &StoredDataset::name) == found->variables.end())
    found->variables.push_back(variable);
}

bool has_axis(const ExportTable& table, const Axis& axis) {
  return std::ranges::any_of(table.variables, [&](const StoredDataset& variable) {
    return std::ranges::find(variable.axes, axis.name, &Axis::name) != variable.axes.end();
  });
}

std::string file_name(const ExportTable& table, const std::vector<ExportTable>& all) {
  if (table.variables.size() == 1) return table.group + "." + table.variables.front().name;
  const StoredDataset& widest = *std::ranges::max_element(
      table.variables, {}, [](const StoredDataset& variable) { return variable.axes.size(); });
  std::string own;
  for (const Axis& axis : widest.axes) {
    const auto lacks = [&](const ExportTable& other) {
      return other.group == table.group && !has_axis(other, axis);
    };
    if (std::ranges::any_of(all, lacks)) own += (own.empty() ? "." : "-") + axis.name;
  }
  return table.group + own;
}

}  // namespace

std::string ExportTable::what() const {
  std::string list;
  for (const StoredDataset& variable : variables) list += (list.empty() ? "." : ",") + variable.name;
  return group + list;
}

std::vector<ExportTable> arrays_of(const RunFile& run, const RunFileView& view,
                                   const std::vector<std::string>& names) {
  std::vector<ExportTable> arrays;
  for (const Named& named : all_named(run, view, names))
    for (const StoredDataset& variable : named.variables) {
      if (names.empty() && !variable.spelled_from.empty()) continue;
      if (variable.is_text())
        throw UsageError("export: " + named.group + "." + variable.name +
                         " holds texts, which are no array of numbers: --format csv writes them");
      arrays.push_back({named.group, {variable}, named.group + "." + variable.name});
    }
  return arrays;
}

std::vector<ExportTable> tables_of(const RunFile& run, const RunFileView& view,
                                   const std::vector<std::string>& names) {
  std::vector<ExportTable> tables;
  for (const Named& named : all_named(run, view, names)) {
    if (named.listed) tables.push_back({named.group, named.variables, ""});
    if (!named.listed)
      for (const StoredDataset& variable : named.variables) add_by_axes(tables, named.group, variable);
  }
  for (ExportTable& table : tables) table.name = file_name(table, tables);
  return tables;
}

}  // namespace hookflow::pipeline
