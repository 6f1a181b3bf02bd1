#pragma once
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// What a workflow file may hold, as a JSON Schema (draft-07, which every YAML language server knows): its
/// keys, and of each registered stage the inputs and parameters with their meanings, defaults, types and
/// limits.
///
/// What read_workflow takes it takes, too. It does not know what names refer to: stages, variables, axes,
/// columns and hook points.
Node workflow_schema();

}  // namespace hookflow::pipeline
