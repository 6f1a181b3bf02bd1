#pragma once
#include <string>

#include "pipeline/stage/registry.hpp"

namespace hookflow::pipeline {

/// What an entry under `stages:` may be, as a JSON Schema: of any stage that is registered.
Node stage_schema();

/// A parameter's meaning, its rule and its choices, a line each.
std::string explanation_of(const ParamDecl& param);

}  // namespace hookflow::pipeline
