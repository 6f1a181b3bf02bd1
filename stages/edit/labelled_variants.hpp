#pragma once
#include <vector>

#include "model/pass/forward.hpp"
#include "pipeline/values/array.hpp"

namespace hookflow::stages {

/// Variants with the axes along which they are stored, row-major.
struct LabelledVariants {
  std::vector<pipeline::Axis> axes;
  std::vector<Variant> variants;
};

}  // namespace hookflow::stages
