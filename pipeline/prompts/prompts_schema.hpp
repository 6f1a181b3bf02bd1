#pragma once
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// What read_prompts takes, as a JSON Schema: a list of prompts, or a file of them.
Node prompts_schema();

}  // namespace hookflow::pipeline
