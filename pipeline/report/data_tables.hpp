#pragma once
#include <cstddef>
#include <vector>

#include "pipeline/report/page/page.hpp"
#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

inline constexpr std::size_t kTableRows = 2000;                   // of one table, at most,
inline constexpr std::size_t kTableCells = std::size_t{1} << 24;  // and of what one is made from

/// The results, in the workflow's order.
std::vector<DataTable> result_tables(const RunFile& run, const RunFileView& view);
/// Prompts, failures, warnings and history: those that have rows.
std::vector<DataTable> record_tables(const RunFile& run, const RunFileView& view);

}  // namespace hookflow::pipeline
