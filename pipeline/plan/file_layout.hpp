#pragma once
#include "pipeline/plan/plan.hpp"
#include "pipeline/run_file/format/layout.hpp"

namespace hookflow::pipeline {

/// What the run file of a plan holds: a group for each stored stage, the prompts, whose axis is given, and
/// the subject's tables. What stages know before they run, the planner adds.
RunLayout make_layout(const Plan& plan, const Axis& prompts);

}  // namespace hookflow::pipeline
