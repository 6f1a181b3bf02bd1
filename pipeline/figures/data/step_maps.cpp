#include "pipeline/figures/data/step_maps.hpp"

#include <algorithm>
#include <stdexcept>

#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

/// Points are thinned, as the mean of some is a point that is not there.
StepMap thinned(std::size_t by, std::size_t steps) {
  StepMap map = StepMap::grouped(by, steps);
  for (std::size_t step = 0; step < steps; ++step)
    if (step % by != 0) map.target[step] = StepMap::kNowhere;
  return map;
}

StepMap step_map_of(const ReducedAxis& reduced, std::size_t steps, ChartKind kind) {
  if (reduced.summed) return StepMap::all_to_one(steps);
  return kind == ChartKind::scatter ? thinned(reduced.by, steps) : StepMap::grouped(reduced.by, steps);
}

}  // namespace

std::size_t step_of_label(const Axis& axis, const std::string& label) {
  for (std::size_t step = 0; step < axis.size(); ++step)
    if (label_of(axis, step) == label) return step;
  throw std::logic_error("the axis " + axis.name + " has no " + label);
}

std::vector<StepMap> step_maps(const ChartSource& source, const Variable& variable, const Chart& chart,
                               const Reduction& reduction) {
  std::vector<StepMap> maps;
  for (const Axis& axis : variable.axes) {
    const auto picked = std::ranges::find(source.where, axis.name, &AxisLabel::axis);
    const auto drawn = std::ranges::find(chart.axes, axis.name, &Axis::name);
    if (picked != source.where.end())
      maps.push_back(StepMap::only(step_of_label(axis, picked->label), axis.size()));
    else if (drawn != chart.axes.end())
      maps.push_back(step_map_of(reduction.axes[static_cast<std::size_t>(drawn - chart.axes.begin())],
                                 axis.size(), chart.kind));
    else
      maps.push_back(StepMap::all_to_one(axis.size()));
  }
  return maps;
}

}  // namespace hookflow::pipeline
