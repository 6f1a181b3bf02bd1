#pragma once
#include <string>
#include <vector>

#include "pipeline/run_file/reading/stored_values.hpp"
#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

/// Variables of one group that are written beside each other.
struct ExportTable {
  std::string group;
  std::vector<StoredDataset> variables;
  std::string name;  // of its file, without an ending

  /// As group_sheet() reads it.
  [[nodiscard]] std::string what() const;
};

/// One table a variable, as an array file holds it. `names`: as in tables_of().
std::vector<ExportTable> arrays_of(const RunFile& run, const RunFileView& view,
                                   const std::vector<std::string>& names);

/// The tables that names stand for: groups, "group.variable" or "group.one,other"; without names all that is
/// kept. Variables of a group that have the same axes share a table, a column each: so each row is one
/// observation and no value stands twice, which is what pandas and R take for tidy (Wickham, "Tidy Data",
/// 2014), and tables of other axes are merged by the columns that they share. Variables named in one list
/// share a table though one has fewer axes; its values are repeated. A file is called after its group, or its
/// one variable; where a group has several tables, their names tell the axes that not all of them have.
/// Throws UsageError for what the file does not have.
std::vector<ExportTable> tables_of(const RunFile& run, const RunFileView& view,
                                   const std::vector<std::string>& names);

}  // namespace hookflow::pipeline
