#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pipeline/charts/choose_chart.hpp"

namespace hookflow::pipeline {

/// The variables that a request names, with all that it picks of their axes, old names made new. What is not
/// there is a problem.
std::vector<ChartSource> find_sources(const FigureRequest& request, const Kept& kept,
                                      std::vector<std::string>& problems);
/// The axes of a source of which nothing is picked and which have several labels.
std::vector<Axis> free_axes(const ChartSource& source);
/// What is taken away from them, if anything is.
std::optional<ChartSource> find_minus(const FigureRequest& request, const Kept& kept,
                                      std::vector<std::string>& problems);
/// Checks the variables that reference lines stand at.
void check_references(const FigureRequest& request, const Kept& kept, std::vector<std::string>& problems);

}  // namespace hookflow::pipeline
