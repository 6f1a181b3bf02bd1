#pragma once
#include <type_traits>

#include "model/edits/replacement.hpp"
#include "pipeline/yaml/node.hpp"

// How what takes an activation's place is written in a workflow. Beside the type, where overloads are found.
namespace hookflow {

/// As the kinds of model/edits say that they are written, as a map also with a `name`. Throws
/// pipeline::ParamError.
void read_param(const pipeline::Node& node, Replacement& replacement);
pipeline::Node write_param(const Replacement& replacement);
pipeline::Node param_schema(std::type_identity<Replacement> type);

}  // namespace hookflow
