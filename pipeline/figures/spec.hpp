#pragma once
#include <nlohmann/json.hpp>

#include "pipeline/figures/data/chart_data.hpp"

namespace hookflow::pipeline {

/// The chart in Vega-Lite 6, complete by itself.
nlohmann::json spec_of(const ChartData& data);

}  // namespace hookflow::pipeline
