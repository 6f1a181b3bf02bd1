#pragma once
#include <type_traits>

#include "model/hooks/positions.hpp"
#include "pipeline/yaml/node.hpp"

// How positions are written in a workflow. Beside the type, where overloads are found.
namespace hookflow {

/// `all`, `last`, a number, a list of numbers, a slice as Python's, such as "1:" or "1:-1", in quotes where
/// YAML wants them, or what stands there, as read_meaning reads it. Negative numbers count from the end.
/// Throws pipeline::ParamError.
void read_param(const pipeline::Node& node, Positions& positions);
pipeline::Node write_param(const Positions& positions);
pipeline::Node param_schema(std::type_identity<Positions> type);

}  // namespace hookflow
