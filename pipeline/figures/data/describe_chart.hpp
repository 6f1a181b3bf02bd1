#pragma once
#include <string>
#include <vector>

#include "pipeline/figures/data/chart_data.hpp"

namespace hookflow::pipeline {

/// What is drawn and what is picked of it; `given`: instead, where a workflow gives a title.
std::string chart_title(const Chart& chart, const std::string& given);
enum class Medium { picture, characters };
/// One line: what is drawn along what, of what alone; what was summed up; how far the run is.
std::string chart_note(const ChartData& data, const RunFileView& view, const std::vector<std::string>& notes,
                       Medium medium);
/// As at an axis: "prob change (percentage points)".
std::string value_title(const ChartData& data);
/// The same of an axis.
std::string axis_title(const Axis& axis);
/// A name with spaces between its words.
std::string spaced(std::string name);

}  // namespace hookflow::pipeline
