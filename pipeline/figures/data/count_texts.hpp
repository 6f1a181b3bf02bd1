#pragma once
#include <vector>

#include "pipeline/figures/data/chart_data.hpp"

namespace hookflow::pipeline {

/// How often each text comes that the numbers of the chart's source stand for, over all that is not drawn
/// along. Gives the chart its axis of texts, the most frequent first, and all others together last.
std::vector<double> count_texts(const RunFile& run, const RunFileView& view, Chart& chart);

}  // namespace hookflow::pipeline
