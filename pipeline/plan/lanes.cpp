#include "pipeline/plan/lanes.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

/// The lane itself, or the one that it continues.
std::size_t continued_by(const Plan& plan, std::size_t lane) {
  return plan.lanes[lane].continues ? plan.lanes[lane].parent : lane;
}

/// A lane below, which the stage then begins.
Lane expanded_lane(const Plan& plan, const PlannedStage& stage, const Place& place, const Output& output) {
  const Lane& above = plan.lanes[place.lane];
  if (!above.axes.empty())
    throw ParamError("in", "it would make variants of the variants of '" + above.name +
                               "'; must have an input without variants");
  const std::size_t variants = cell_count(output.expands);
  if (output.variants_a_part == 0 ||
      output.parts != (variants + output.variants_a_part - 1) / output.variants_a_part)
    throw std::logic_error(stage.spec->declaration->name + ": " + std::to_string(variants) +
                           " variants do not divide as it says");
  return {stage.spec->id, place.lane, {}, output.expands, output.parts, output.variants_a_part, place.phase};
}

Lane later_lane(const Plan& plan, const PlannedStage& stage, const Place& place) {
  Lane later = plan.lanes[place.lane];
  later.name = stage.spec->id;
  later.parent = place.lane;
  later.stages.clear();
  later.phase = place.phase;
  later.continues = true;
  return later;
}

/// The lane that there is at a place; kNone: none.
std::size_t lane_at(const Plan& plan, const Place& place) {
  for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane)
    if (continued_by(plan, lane) == place.lane && plan.lanes[lane].phase == place.phase) return lane;
  return kNone;
}

}  // namespace

Place place_of(const Plan& plan, const PlannedStage& stage) {
  Place place{stage.flow == nullptr ? kNone : 0, 0};
  for (const std::size_t from : stage.inputs) {
    if (from == kNone) continue;
    const PlannedStage& source = plan.stages[from];
    const bool waits = stage.flow != nullptr && source.fold != nullptr;
    place.phase = std::max(place.phase, source.phase + (waits ? 1 : 0));
    if (stage.flow == nullptr || source.flow == nullptr) continue;
    const std::size_t lane = continued_by(plan, source.lane);
    if (leads_to(plan.lanes, place.lane, lane)) {
      place.lane = lane;
    } else if (!leads_to(plan.lanes, lane, place.lane)) {
      throw ParamError("in", "the inputs are variants of two different stages, '" +
                                 plan.lanes[place.lane].name + "' and '" + plan.lanes[lane].name +
                                 "'; measure each, then compare what is stored");
    }
  }
  return place;
}

void enter_lane(Plan& plan, std::size_t index, const Place& place, const Output& output) {
  PlannedStage& stage = plan.stages[index];
  stage.phase = place.phase;
  if (stage.fold != nullptr) {
    if (!output.expands.empty())
      throw std::logic_error(stage.spec->declaration->name + ": a stage that aggregates makes no variants");
    plan.folds.push_back(index);
    return;
  }
  stage.lane = output.expands.empty() ? lane_at(plan, place) : kNone;
  if (stage.lane == kNone) {
    stage.lane = plan.lanes.size();
    plan.lanes.push_back(output.expands.empty() ? later_lane(plan, stage, place)
                                                : expanded_lane(plan, stage, place, output));
  }
  plan.lanes[stage.lane].stages.push_back(index);
}

void settle_phases(Plan& plan) {
  std::vector<std::set<std::size_t>> phases(plan.stages.size());
  for (std::size_t i = plan.stages.size(); i-- > 0;) {
    PlannedStage& stage = plan.stages[i];
    phases[i].insert(stage.phase);
    stage.phases.assign(phases[i].begin(), phases[i].end());
    if (stage.flow == nullptr) continue;
    for (const std::size_t from : stage.inputs)
      if (from != kNone && plan.stages[from].flow != nullptr)
        phases[from].insert(phases[i].begin(), phases[i].end());
  }
}

}  // namespace hookflow::pipeline
