#pragma once
#include <cstddef>
#include <map>
#include <vector>

#include "pipeline/plan/plan.hpp"

namespace hookflow::pipeline {

/// A prompt that failed in an earlier phase.
struct EarlierFailure {
  Failure failure;
  std::size_t stage = kNone;  // where; kNone: not known
};

/// What runs in one phase of a plan: its own lanes and, of those above them, the stages that these need
/// again. Indices are the plan's.
struct Phase {
  const Plan& plan;
  std::size_t number = 0;
  std::vector<PlannedStage> stages;  // of those that do not run, no inputs; stored: now
  std::vector<Lane> lanes;           // with the stages that run, each below the lane that it waits for
  std::vector<bool> runs;            // whether batches come through the lane
  // What is known once the phases before are done:
  std::vector<std::vector<ValuePtr>> results;    // [stage][port]: what it made of results over all prompts
  std::map<std::size_t, EarlierFailure> failed;  // by prompt

  /// Whether a stage runs to give again what an earlier phase had of it.
  [[nodiscard]] bool again(std::size_t lane) const { return lanes[lane].phase < number; }
};

/// Of a plan alone: without results and failures.
Phase phase_of(const Plan& plan, std::size_t number);

/// Bytes of the results over all prompts that the phase's stages read, as they are read.
double results_bytes(const Phase& phase);

}  // namespace hookflow::pipeline
