#pragma once
#include <string>
#include <vector>

#include "model/pass/forward.hpp"
#include "pipeline/values/array.hpp"

namespace hookflow::stages {

/// What is edited, how, and where: the parameters of an ablation.
struct GridRequest {
  std::vector<std::string> at;
  std::vector<Replacement> with;
  Positions positions;
  std::vector<std::string> together;
};

/// Every combination of the request's alternatives, as variants, row-major along the axes: replacement, then
/// place where there is more than one kind, then layer and head where the places have them.
struct VariantGrid {
  std::vector<pipeline::Axis> axes;
  std::vector<Variant> variants;
};

/// Throws pipeline::ParamError for places that cannot be edited, replacements that do not fit the place, and
/// places that do not share their layers and heads.
VariantGrid make_variant_grid(const GridRequest& request, const Config& config);

}  // namespace hookflow::stages
