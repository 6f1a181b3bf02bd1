#pragma once
#include "pipeline/engine/plan.hpp"
#include "pipeline/run_file/format/layout.hpp"

namespace hookflow::pipeline {

/// A plan, and what its run file is made and compared with: that holds every prompt's row, and is to be freed
/// before the plan is run.
struct PlannedRun {
  Plan plan;
  RunLayout layout;
};

/// Plans the workflow for its model and prompts. Throws UsageError listing all problems, InputError for a
/// model or prompt file that is missing or malformed.
PlannedRun make_plan(WorkflowSpec spec);
/// The same for prompts that are known, whatever the workflow says of them.
PlannedRun make_plan(WorkflowSpec spec, Prompts prompts);

}  // namespace hookflow::pipeline
