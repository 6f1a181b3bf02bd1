#pragma once
#include <vector>

#include "pipeline/figures/data/gather.hpp"
#include "pipeline/figures/data/reduce.hpp"

namespace hookflow::pipeline {

/// Where the cells of a variable go: a source's own, or one that tells of it. Along axes of which a label is
/// picked there is one step; those that are not drawn are summed up.
std::vector<StepMap> step_maps(const ChartSource& source, const Variable& variable, const Chart& chart,
                               const Reduction& reduction);
/// The step that has a label, which is there.
std::size_t step_of_label(const Axis& axis, const std::string& label);

}  // namespace hookflow::pipeline
