#include "pipeline/report/data_tables.hpp"

#include <algorithm>
#include <sstream>

#include "pipeline/inspect/group_sheet.hpp"
#include "pipeline/inspect/own_sheets.hpp"
#include "pipeline/report/answer/answer.hpp"
#include "pipeline/text/shell.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

/// The rows of a sheet or, of too many, those of largest magnitude or else the first.
void fill(DataTable& table, Sheet& sheet, const std::string& command) {
  table.rows = sheet.size();
  if (table.rows > kTableRows) {
    const std::string all = "; all " + std::to_string(table.rows) + ": " + command;
    if (sheet.has_measure())
      table.note = "the rows of largest |" + sheet.top(kTableRows) + "|" + all;
    else
      table.note = "the first rows" + all;
    table.rows = kTableRows;
  }
  std::ostringstream csv;
  sheet.print_csv(csv, kTableRows);
  table.csv = csv.str();
}

std::string csv_command(const RunFile& run, const std::string& what) {
  return "hookflow inspect " + shell_word(run.path().string()) + " " + what + " --csv";
}

std::size_t cells_of(const GroupLayout& group) {
  std::size_t cells = 0;
  for (const Variable& variable : group.variables) cells += cell_count(variable.axes);
  return cells;
}

void add_group(const RunFile& run, const RunFileView& view, const std::string& what, const std::string& about,
               std::vector<DataTable>& tables) {
  GroupSheet group = group_sheet(run, view, what);
  DataTable table{what, about, "", "", 0};
  fill(table, group.sheet, csv_command(run, what));
  tables.push_back(std::move(table));
  for (const std::string& other : group.left_out) add_group(run, view, other, about, tables);
}

void add_sheet(const std::string& name, const std::string& about, Sheet sheet,
               std::vector<DataTable>& tables) {
  if (sheet.size() == 0) return;
  DataTable table{name, about, "", "", 0};
  fill(table, sheet, "hookflow inspect FILE " + name + " --csv");
  tables.push_back(std::move(table));
}

bool has_texts(const RunFileView& view, const std::string& group) {
  return std::ranges::find(view.texts, group, &TextTable::group) != view.texts.end();
}

}  // namespace

std::vector<DataTable> result_tables(const RunFile& run, const RunFileView& view) {
  std::vector<DataTable> tables;
  for (const GroupLayout* group : result_groups(view)) {
    if (cells_of(*group) > kTableCells)
      tables.push_back({group->name, group->about,
                        "too large for a page; " + csv_command(run, group->name) + " writes it", "", 0});
    else
      add_group(run, view, group->name, group->about, tables);
  }
  return tables;
}

std::vector<DataTable> record_tables(const RunFile& run, const RunFileView& view) {
  std::vector<DataTable> tables;
  if (has_texts(view, kPromptsGroup)) add_group(run, view, kPromptsGroup, "the prompts as given", tables);
  if (view.warnings && !view.warnings->empty())
    add_group(run, view, kWarningsGroup, "what may not have been meant", tables);
  if (!view.complete || !view.failures.empty())
    add_sheet(kCheckpointGroup, "how far each prompt is, and why it failed", checkpoint_sheet(view), tables);
  add_sheet(kHistoryGroup, "the processes that worked on the file", history_sheet(view), tables);
  return tables;
}

}  // namespace hookflow::pipeline
