#pragma once
#include <optional>
#include <vector>

#include "model/hooks/positions.hpp"
#include "pipeline/values/array.hpp"
#include "stages/edit/edit_positions.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// Where variants are edited along some axes; none: other axes decide it.
struct WhereSteps {
  struct Step {
    std::optional<Positions> positions, keys;
  };
  std::vector<pipeline::Axis> axes;
  std::vector<Step> steps{Step{}};  // row-major
};

/// `of_each`: of what has its turn position by position, whose axes come last; else of all others.
WhereSteps where_steps(const EditPositions& positions, const std::optional<EditPositions>& keys, bool of_each,
                       const TokenFacts& tokens);

}  // namespace hookflow::stages
