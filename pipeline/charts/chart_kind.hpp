#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/charts/choose_chart.hpp"

namespace hookflow::pipeline {

inline constexpr std::size_t kFewLabels = 8;  // of a text axis whose labels are alternatives, side by side
/// An axis of steps, along which a heatmap is drawn, rather than one of a few alternatives.
bool is_wide(const Axis& axis);
bool is_map(ChartKind kind);
ChartKind kind_named(const std::string& name);

/// Whether the texts are counted that a chart's numbers stand for.
bool counts_texts(const FigureRequest& request, const Chart& chart, const Kept& kept);
/// The kind that the axes suggest. `chart`: with what is asked for; `widest`: its source that has all axes;
/// `rest`: those of them that have no place yet.
ChartKind kind_for(const Kept& kept, const Chart& chart, const ChartSource& widest,
                   const std::vector<Axis>& rest);
/// Why what is asked for cannot be of the chart's kind.
std::vector<std::string> kind_problems(const FigureRequest& request, const Kept& kept, const Chart& chart,
                                       const ChartSource& widest);

}  // namespace hookflow::pipeline
