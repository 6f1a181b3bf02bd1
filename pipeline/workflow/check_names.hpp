#pragma once
#include <vector>

#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

/// Refuses, as ParamError, what a stage's group of the run file cannot hold: axes and variables are entries
/// of it, each name one entry. `variables`: all of the stage.
void check_names(const std::vector<Variable>& variables);

}  // namespace hookflow::pipeline
