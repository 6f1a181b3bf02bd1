#pragma once
#include <optional>
#include <string>

#include "model/hooks/positions.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// Where the pass of a stage can differ from another one of the same prompts: from the first token on that is
/// not the same in both, as no position sees those behind it. None where either has edits of its own.
std::optional<Positions> differing_positions(const PassFacts& pass, const PassFacts& other,
                                             const std::string& stage_of_other);

}  // namespace hookflow::stages
