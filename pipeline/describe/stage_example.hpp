#pragma once
#include <string>

#include "pipeline/stage/registry.hpp"

namespace hookflow::pipeline {

/// A stage as a workflow names it, with all that it must be given: `NAME: {stage: ..., in: ...}`. What it
/// reads is called as in SubjectType::examples. Where nothing is declared of a parameter that must be given,
/// it is `…`.
std::string example_of(const StageDecl& stage);

}  // namespace hookflow::pipeline
