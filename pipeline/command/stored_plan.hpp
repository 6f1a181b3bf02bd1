#pragma once
#include <optional>
#include <string>

#include "pipeline/plan/planner.hpp"
#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

/// What a run file was made from, planned again. The model is `model`, as --model says, or else where it was,
/// or found by its name: whether it is the same, its hash decides. `path` names the file in messages. Throws
/// InputError for what cannot be planned by this hookflow.
PlannedRun stored_plan(StoredInputs inputs, const std::string& path, const std::optional<std::string>& model);

}  // namespace hookflow::pipeline
