#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/charts/chart.hpp"

namespace hookflow::pipeline {

/// How an axis is drawn that has more labels than can be seen.
struct ReducedAxis {
  Axis axis;            // as it is drawn
  std::size_t by = 1;   // so many steps after one another are drawn as one,
  bool summed = false;  // or all of them, as their mean, the smallest and the largest
};

struct Reduction {
  std::vector<ReducedAxis> axes;  // as in the chart
  std::string summary;            // the axis of mean, smallest and largest; empty: none
  std::vector<std::string> notes;

  [[nodiscard]] bool groups() const;
  [[nodiscard]] bool changes() const { return groups() || !summary.empty(); }
};

inline constexpr const char* kSummaries[] = {"mean", "smallest", "largest"};

/// What is to be summed up so that a figure has few cells: first axes of which one label is chosen, then
/// steps of the longest axis.
Reduction reduce(const Chart& chart);

}  // namespace hookflow::pipeline
