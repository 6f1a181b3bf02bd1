#pragma once
#include <string>
#include <vector>

#include "pipeline/inspect/sheet.hpp"
#include "pipeline/run_file/reading/stored_values.hpp"
#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

/// The datasets of a group beside each other, a row a cell.
struct GroupSheet {
  Sheet sheet;
  std::vector<std::string> left_out;  // of the group: what has other axes
};

/// All datasets of a group, and the texts that some of them spell. Throws UsageError, which begins with the
/// command's name, if it has none.
std::vector<StoredDataset> group_datasets(const RunFile& run, const std::string& group,
                                          const std::string& command);
/// The one of that name, today's or an older one. Throws UsageError that `place` has none.
const StoredDataset& named_dataset(const std::vector<StoredDataset>& datasets, const std::string& name,
                                   const std::string& place);
/// `/scores/prob`, as HDF5 names it, is `scores.prob`.
std::string dotted(std::string what);

/// `what` is a group, which stands for its dataset of most axes and all that fit beside that, or names
/// datasets of one: "group.one,other". Rows can be chosen by the columns of the prompts as well. Values are
/// read as they are asked for, so that memory does not grow with them. Borrows the run and its view. Throws
/// UsageError, which begins with the command's name, for what the file does not have.
GroupSheet group_sheet(const RunFile& run, const RunFileView& view, const std::string& what,
                       const std::string& command = "inspect");

}  // namespace hookflow::pipeline
