#pragma once
#include <string>

#include "pipeline/yaml/node.hpp"

namespace hookflow::stages {

/// A name that becomes a label along an axis, so that `scores.prob[variant=both]` can pick it. Throws
/// pipeline::ParamError for one that could not stand there.
std::string read_label(const pipeline::Node& node);
pipeline::Node label_schema();

}  // namespace hookflow::stages
