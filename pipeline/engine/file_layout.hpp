#pragma once
#include "pipeline/engine/plan.hpp"
#include "pipeline/run_file/format/layout.hpp"

namespace hookflow::pipeline {

/// What the run file of a plan holds, but for what its stages know before they run: a group a stored stage,
/// the prompts, whose axis is given, and the subject's tables.
RunLayout make_layout(const Plan& plan, const Axis& prompts);

}  // namespace hookflow::pipeline
