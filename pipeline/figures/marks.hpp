#pragma once
#include "pipeline/figures/encoding.hpp"

/// What each kind of figure draws: {"layer": [...], "width": ..., "height": ...}.
namespace hookflow::pipeline {

VegaJson map_marks(const ChartData& data, const RowFields& fields);  // heatmaps and patterns
VegaJson bar_marks(const ChartData& data, const RowFields& fields);
VegaJson line_marks(const ChartData& data, const RowFields& fields);
VegaJson histogram_marks(const ChartData& data, const RowFields& fields);
VegaJson density_marks(const ChartData& data, const RowFields& fields);
VegaJson scatter_marks(const ChartData& data, const RowFields& fields);

}  // namespace hookflow::pipeline
