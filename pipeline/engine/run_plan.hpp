#pragma once
#include <atomic>

#include "pipeline/engine/graph.hpp"

namespace hookflow::pipeline {

/// Runs what is pending of a plan, phase after phase: prompts, then the aggregating stages that read them.
/// What is done is left as it is. Stops early when `stop` becomes true, or at a failed prompt where the
/// options say so; what is committed then stays. Throws as run_prompts() does, and std::runtime_error where
/// results over all prompts are of no use to a stage that reads them.
void run_plan(const Plan& plan, RunStore& store, const RunOptions& options, Monitor& monitor,
              const std::atomic<bool>& stop);

/// Whether anything of a phase's prompts is left to do.
bool has_pending_prompts(const Plan& plan, std::size_t phase, const RunStore& store);

/// Runs the aggregating stages that read nothing which is still pending, and no prompts.
void aggregate(const Plan& plan, RunStore& store, Monitor& monitor, const std::atomic<bool>& stop);

}  // namespace hookflow::pipeline
