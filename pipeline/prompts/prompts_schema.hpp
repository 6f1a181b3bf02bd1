#pragma once
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// What read_prompts takes, as a JSON Schema: a list of prompts, or where else they come from.
Node prompts_schema();

}  // namespace hookflow::pipeline
