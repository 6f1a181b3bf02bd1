#pragma once
#include "pipeline/run_file/store/run_store.hpp"

namespace hookflow::pipeline {

struct Plan;

/// What the run file of a plan holds: a group a stored stage, the prompts, and the subject's vocabulary.
RunLayout make_layout(const Plan& plan);

}  // namespace hookflow::pipeline
