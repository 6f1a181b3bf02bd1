#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/values/array.hpp"
#include "stages/edit/edit_targets.hpp"

namespace hookflow::stages {

/// An axis of a grid of variants, and where along it each target is; none: the target has no such label.
struct GridAxis {
  pipeline::Axis axis;
  std::vector<std::string> labels;  // as messages have them
  std::vector<std::optional<std::size_t>> steps;
};

/// The axes along which targets differ: hook_point where there is more than one kind of hook point, then
/// layer and head where they have them.
std::vector<GridAxis> grid_axes(const std::vector<EditTarget>& targets);

}  // namespace hookflow::stages
