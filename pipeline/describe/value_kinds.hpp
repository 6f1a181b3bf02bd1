#pragma once
#include <string>

#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// What a JSON Schema lets a value be, in words and Markdown: "a whole number or a list of whole numbers".
/// Limits and patterns are left out.
std::string value_kinds(const Node& schema);

}  // namespace hookflow::pipeline
