#pragma once
#include "pipeline/plan/plan.hpp"
#include "pipeline/run_file/format/layout.hpp"

namespace hookflow::pipeline {

/// A plan, and the layout of its run file. The layout holds every prompt: it is dropped once the file is made
/// or opened, before anything runs.
struct PlannedRun {
  Plan plan;
  RunLayout layout;
};

/// Plans the workflow for its model and prompts. Throws UsageError listing all problems, InputError for a
/// model or prompt file that is missing or malformed. Prompts that cannot be run are all listed, or kept to
/// fail when it is run; that none can be run is refused in any case.
PlannedRun make_plan(WorkflowSpec spec, BadPrompts bad = BadPrompts::refused);
/// The same for prompts that are known, whatever the workflow says of them.
PlannedRun make_plan(WorkflowSpec spec, Prompts prompts, BadPrompts bad = BadPrompts::refused);

}  // namespace hookflow::pipeline
