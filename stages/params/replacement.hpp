#pragma once
#include "model/edits/replacement.hpp"
#include "model/hooks/positions.hpp"
#include "pipeline/yaml/node.hpp"

// Parameters of stages that are types of the model: how they are written in a workflow.
namespace hookflow {

/// As the kinds of model/edits say that they are written. Throws pipeline::ParamError.
void read_param(const pipeline::Node& node, Replacement& replacement);
pipeline::Node write_param(const Replacement& replacement);

/// `all`, `last`, a number, a list of numbers, or a slice as Python's, such as "1:" or "1:-1", in quotes
/// where YAML wants them. Negative numbers count from the end. Throws pipeline::ParamError.
void read_param(const pipeline::Node& node, Positions& positions);
pipeline::Node write_param(const Positions& positions);

}  // namespace hookflow
