#pragma once
#include <vector>

#include "pipeline/figures/data/chart_data.hpp"

namespace hookflow::pipeline {

/// The texts of the axes that are drawn: of those that a list of texts is along, and of those that count
/// along an axis of the inputs, what each prompt has there.
std::vector<AxisTexts> axis_texts(const RunFile& run, const RunFileView& view, const Chart& chart);

}  // namespace hookflow::pipeline
