#pragma once
#include <atomic>

#include "pipeline/engine/monitor.hpp"
#include "pipeline/plan/plan.hpp"
#include "pipeline/run_file/store/run_store.hpp"

namespace hookflow::pipeline {

/// Runs the aggregating stages of a phase that are not done yet, in order, over what is stored. Returns early
/// when `stop` becomes true: the stage that is under way is left at the next rows that it reads or writes,
/// and will be run anew.
void run_folds(const Plan& plan, std::size_t phase, RunStore& store, Monitor& monitor,
               const std::atomic<bool>& stop);

}  // namespace hookflow::pipeline
