#pragma once
#include "pipeline/figures/encoding.hpp"

/// What each kind of figure draws: {"layer": [...], "width": ..., "height": ...}.
namespace hookflow::pipeline {

Json map_marks(const ChartData& data, const Fields& fields);  // heatmaps and patterns
Json bar_marks(const ChartData& data, const Fields& fields);
Json line_marks(const ChartData& data, const Fields& fields);
Json histogram_marks(const ChartData& data, const Fields& fields);
Json density_marks(const ChartData& data, const Fields& fields);
Json scatter_marks(const ChartData& data, const Fields& fields);

}  // namespace hookflow::pipeline
