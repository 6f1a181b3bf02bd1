#pragma once
#include <cstddef>
#include <vector>

#include "pipeline/h5/h5.hpp"

namespace hookflow::pipeline {

/// The cells [first, first + count) of an array of `extents`, counted row-major, as boxes in that order: at
/// most two for every axis, and one where the range covers whole rows.
std::vector<h5::Block> blocks_of_range(const std::vector<std::size_t>& extents, std::size_t first,
                                       std::size_t count);

}  // namespace hookflow::pipeline
