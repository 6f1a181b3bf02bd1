#pragma once
#include <iosfwd>

#include "pipeline/stage/registry.hpp"
#include "pipeline/terminal/window.hpp"

namespace hookflow::pipeline {

/// A stage with its ports and parameters, as a terminal shows it.
void print_stage(const StageDecl& stage, std::ostream& out, const Window& window);

}  // namespace hookflow::pipeline
