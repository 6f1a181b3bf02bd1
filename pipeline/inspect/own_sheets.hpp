#pragma once
#include <string>
#include <vector>

#include "pipeline/inspect/sheet.hpp"
#include "pipeline/run_file/reading/view.hpp"

/// Tables of what a run file keeps in a form of its own. They borrow the file's view.
namespace hookflow::pipeline {

/// /checkpoint: how far each prompt is, and why it failed.
Sheet checkpoint_sheet(const RunFileView& view);
/// /history: a row for each process that worked on the file.
Sheet history_sheet(const RunFileView& view);

}  // namespace hookflow::pipeline
