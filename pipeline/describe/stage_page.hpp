#pragma once
#include <string>
#include <vector>

#include "pipeline/stage/registry.hpp"

namespace hookflow::pipeline {

/// A page of Markdown that lists the stages and describes each: what it does, reads and gives, its
/// parameters, and an example that stands in SubjectType::examples.
std::string stage_page(const std::vector<const StageDecl*>& stages);

}  // namespace hookflow::pipeline
