#pragma once
#include <string>
#include <vector>

#include "pipeline/inspect/sheet.hpp"
#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

/// The datasets of a group beside each other, a row a cell.
struct GroupSheet {
  Sheet sheet;
  std::vector<std::string> left_out;  // of the group: what has other axes
};

/// `what` is a group, which stands for its dataset of most axes and all that fit beside that, or names
/// datasets of one: "group.one,other". Rows can be chosen by the columns of the prompts as well. Borrows the
/// file's view. Throws UsageError for what the file does not have.
GroupSheet group_sheet(const RunFile& run, const RunFileView& view, const std::string& what);

}  // namespace hookflow::pipeline
