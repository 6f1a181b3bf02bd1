#pragma once
#include <string>
#include <vector>

#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// The keys of a workflow.
const std::vector<std::string>& workflow_keys();

/// Sets `a.b=c` in a workflow's tree; the value is YAML. The first word is a key or a stage's id. Throws
/// UsageError.
void apply_setting(Node& root, const std::string& setting);

}  // namespace hookflow::pipeline
