#pragma once
#include <string>

#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// A workflow as people write it: a key a line, a stage a line, what is in a stage on that line.
std::string workflow_yaml(const Node& workflow);

}  // namespace hookflow::pipeline
