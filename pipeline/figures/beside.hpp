#pragma once
#include <map>
#include <string>
#include <vector>

#include "pipeline/figures/figure.hpp"

namespace hookflow::pipeline {

/// A run that is drawn beside others. Borrows.
struct DrawnRun {
  std::string name;
  const RunFile& run;
  const RunFileView& view;
};

/// Of each figure of the first run that draws only variables in `compared`, "stage.variable", one of which
/// differs (true): those of all runs
/// that have it, of one kind where their axes allow it, and heatmaps with one scale. Names of runs stand in
/// ids and titles. What one run alone has is left out.
std::vector<std::vector<Figure>> figures_beside(const std::vector<DrawnRun>& runs,
                                                const std::map<std::string, bool>& compared);

}  // namespace hookflow::pipeline
