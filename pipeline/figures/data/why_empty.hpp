#pragma once
#include <string>

#include "pipeline/charts/chart.hpp"
#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

/// What is said instead of a figure that has no value: that there is none yet, or none, and the reason that
/// most cells have, where a note beside the values tells one.
std::string why_empty(const RunFile& run, const RunFileView& view, const Chart& chart);

}  // namespace hookflow::pipeline
