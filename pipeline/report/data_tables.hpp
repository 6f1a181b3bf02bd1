#pragma once
#include <string>
#include <vector>

#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

/// Values of a run file as a page shows them: sorted and filtered there.
struct DataTable {
  std::string name;   // "scores", or "scores.edges" of what has other axes than the rest
  std::string about;  // what the stage does, or what is in the table
  std::string note;   // which rows are left out; empty: none
  std::string csv;    // with a header; empty: too large to be read
  std::size_t rows = 0;
};

inline constexpr std::size_t kTableRows = 2000;                   // of one table, at most,
inline constexpr std::size_t kTableCells = std::size_t{1} << 24;  // and of what one is made from

/// The results, in the workflow's order.
std::vector<DataTable> result_tables(const RunFile& run, const RunFileView& view);
/// Prompts, failures, warnings and history: those that have rows.
std::vector<DataTable> record_tables(const RunFile& run, const RunFileView& view);

}  // namespace hookflow::pipeline
