#include "pipeline/engine/phase.hpp"

#include <algorithm>

#include "pipeline/workflow/selection.hpp"

namespace hookflow::pipeline {
namespace {

/// What a lane waits for in a phase: of those that continue its parent until then, and the parent, the last.
std::size_t parent_in(const Phase& phase, std::size_t lane) {
  const Lane& of = phase.plan.lanes[lane];
  const std::size_t until = of.continues ? of.phase - 1 : phase.number;
  std::size_t last = of.parent;
  for (std::size_t other = 0; other < phase.lanes.size(); ++other) {
    const Lane& next = phase.plan.lanes[other];
    if (next.continues && next.parent == of.parent && next.phase <= until &&
        next.phase > phase.plan.lanes[last].phase)
      last = other;
  }
  return last;
}

}  // namespace

Phase phase_of(const Plan& plan, std::size_t number) {
  Phase phase{plan, number, plan.stages, plan.lanes, std::vector<bool>(plan.lanes.size()), {}, {}};
  const auto runs_now = [&](std::size_t stage) {
    return std::ranges::find(plan.stages[stage].phases, number) != plan.stages[stage].phases.end();
  };
  for (std::size_t i = 0; i < phase.stages.size(); ++i) {
    if (!runs_now(i)) phase.stages[i].inputs.clear();
    phase.stages[i].stored = plan.stages[i].stored && plan.stages[i].phase == number;
  }
  for (std::size_t lane = 0; lane < phase.lanes.size(); ++lane) {
    std::erase_if(phase.lanes[lane].stages, [&](std::size_t stage) { return !runs_now(stage); });
    if (lane > 0) phase.lanes[lane].parent = parent_in(phase, lane);
  }
  for (std::size_t lane = 0; lane < phase.lanes.size(); ++lane)
    if (phase.lanes[lane].phase == number)
      for (std::size_t above = lane; above != kNone; above = phase.lanes[above].parent)
        phase.runs[above] = true;
  return phase;
}

double results_bytes(const Phase& phase) {
  double bytes = 0;
  for (const PlannedStage& stage : phase.stages) {
    if (stage.flow == nullptr) continue;
    for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
      if (stage.inputs[port] == kNone || phase.stages[stage.inputs[port]].fold == nullptr) continue;
      for (const Variable& variable :
           select_variables(phase.stages[stage.inputs[port]].variables, stage.spec->inputs[port]))
        bytes += static_cast<double>(cell_count(variable.axes) * sizeof(double));
    }
  }
  return bytes;
}

}  // namespace hookflow::pipeline
