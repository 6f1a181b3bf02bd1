#include "pipeline/figures/data/reduce.hpp"

#include <algorithm>
#include <iterator>

#include "pipeline/figures/data/chart_data.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

std::size_t cells_of(const Reduction& reduction) {
  std::size_t cells = reduction.summary.empty() ? 1 : std::size(kSummaries);
  for (const ReducedAxis& reduced : reduction.axes) cells *= reduced.summed ? 1 : reduced.axis.size();
  return cells;
}

std::string grouped_label(const Axis& axis, std::size_t first, std::size_t by) {
  const std::size_t last = std::min(first + by, axis.size()) - 1;
  return label_of(axis, first) + (last == first ? "" : "–" + label_of(axis, last));
}

/// Numbers between which there are others stay numbers: each the middle of its group.
Axis grouped(const Axis& axis, std::size_t by) {
  Axis fewer = axis;
  if (const auto* numbers = std::get_if<std::vector<double>>(&axis.coordinates.labels())) {
    std::vector<double> middles;
    for (std::size_t first = 0; first < axis.size(); first += by)
      middles.push_back(((*numbers)[first] + (*numbers)[std::min(first + by, axis.size()) - 1]) / 2);
    fewer.coordinates = std::move(middles);
    return fewer;
  }
  std::vector<std::string> labels;
  for (std::size_t first = 0; first < axis.size(); first += by)
    labels.push_back(grouped_label(axis, first, by));
  fewer.coordinates = std::move(labels);
  return fewer;
}

/// The longest of the axes of which a label is chosen.
ReducedAxis* longest_choice(Reduction& reduction, const Chart& chart) {
  ReducedAxis* longest = nullptr;
  for (ReducedAxis& reduced : reduction.axes) {
    const bool chosen = std::ranges::count(chart.choose, reduced.axis.name) > 0;
    if (!chosen || reduced.summed) continue;
    if (longest == nullptr || reduced.axis.size() > longest->axis.size()) longest = &reduced;
  }
  return longest;
}

/// How many steps of an axis can be told apart on a screen.
std::size_t most_steps(const Chart& chart) {
  if (chart.kind == ChartKind::bars) return 256;
  return chart.kind == ChartKind::heatmap ? 1024 : 4096;
}

void group_steps(Reduction& reduction, const Chart& chart) {
  const std::size_t most = most_steps(chart);
  std::vector<std::size_t> by(reduction.axes.size(), 1);
  const auto drawn = [&](std::size_t axis) {
    const ReducedAxis& reduced = reduction.axes[axis];
    return reduced.summed || chart.axes[axis].name == kSourceAxis
               ? 1
               : (chart.axes[axis].size() + by[axis] - 1) / by[axis];
  };
  for (;;) {
    std::size_t longest = 0, cells = reduction.summary.empty() ? 1 : std::size(kSummaries);
    for (std::size_t axis = 0; axis < by.size(); ++axis) {
      cells *= drawn(axis);
      if (drawn(axis) > drawn(longest)) longest = axis;
    }
    const bool sources = std::ranges::count(chart.axes, kSourceAxis, &Axis::name) > 0;
    cells *= sources ? chart.sources.size() : 1;
    if (by.empty() || drawn(longest) < 2 || (cells <= kMostCells && drawn(longest) <= most)) break;
    ++by[longest];
  }
  for (std::size_t axis = 0; axis < by.size(); ++axis) {
    if (by[axis] == 1) continue;
    ReducedAxis& reduced = reduction.axes[axis];
    reduced.by = by[axis];
    reduced.axis = grouped(chart.axes[axis], by[axis]);
    reduction.notes.push_back("each step of " + reduced.axis.name + " is the mean of " +
                              std::to_string(by[axis]) + " of its " +
                              std::to_string(chart.axes[axis].size()));
  }
}

}  // namespace

bool Reduction::groups() const {
  return std::ranges::any_of(axes, [](const ReducedAxis& axis) { return axis.by > 1; });
}

Reduction reduce(const Chart& chart) {
  Reduction reduction;
  for (const Axis& axis : chart.axes) reduction.axes.push_back({axis, 1, false});
  while (cells_of(reduction) > kMostCells) {
    ReducedAxis* choice = longest_choice(reduction, chart);
    if (choice == nullptr) break;
    choice->summed = true;
    reduction.summary += (reduction.summary.empty() ? "" : " and ") + choice->axis.name;
  }
  if (!reduction.summary.empty())
    reduction.notes.push_back("too many cells to show each " + reduction.summary +
                              ": their mean, smallest and largest value");
  group_steps(reduction, chart);
  return reduction;
}

}  // namespace hookflow::pipeline
