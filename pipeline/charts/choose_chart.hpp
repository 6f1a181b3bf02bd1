#pragma once
#include <string>
#include <vector>

#include "pipeline/charts/chart.hpp"

namespace hookflow::pipeline {

/// What is kept of a run: what a figure may be of.
struct Kept {
  const std::vector<GroupLayout>& groups;
  const std::vector<TextTable>& texts;
};

/// The chart of what is asked for. What the request leaves open is chosen from axes, units and roles alone:
/// two axes of steps make a heatmap, two that count along the same one a pattern, bins a histogram, a grid
/// a density, one axis bars or a line; axes of few labels become colours, then small figures; of the rest a
/// label is chosen. `problems`: all that the request asks for and cannot be, with the nearest name; then the
/// chart is of no use.
Chart choose_chart(const FigureRequest& request, const Kept& kept, std::vector<std::string>& problems);

}  // namespace hookflow::pipeline
