#pragma once
#include <cstddef>

#include "pipeline/plan/plan.hpp"

/// How the stages of a plan come to their lanes and phases, one after the other, inputs first.
namespace hookflow::pipeline {

/// Whose prompts or variants a stage runs on, and when. A fold has a phase alone.
struct Place {
  std::size_t lane = kNone;  // which continues none
  std::size_t phase = 0;
};

/// A stage runs on the variants of the deepest of its inputs' lanes, to which the others must lead; in the
/// phase of its inputs, or in the one after the folds that it reads. Throws ParamError of `in`.
Place place_of(const Plan& plan, const PlannedStage& stage);

/// Puts a stage there: into a lane that there is, or into one that it begins. Throws ParamError of `in` for
/// variants of variants.
void enter_lane(Plan& plan, std::size_t stage, const Place& place, const Output& output);

/// Says, once all have their lanes, in which phases each stage runs.
void settle_phases(Plan& plan);

}  // namespace hookflow::pipeline
