#pragma once
#include <cstddef>
#include <vector>

#include "pipeline/h5/h5.hpp"

namespace hookflow::pipeline {

/// The cells [first, first + count) of an array of `extents`, counted row-major, as boxes in that order: at
/// most two for every axis, and one where the range covers whole rows.
std::vector<h5::Block> blocks_of_range(const std::vector<std::size_t>& extents, std::size_t first,
                                       std::size_t count);

/// Calls `use(block, from, cells)` for each of those boxes: it holds so many of the range's cells, from
/// number `from` on.
template <class Use>
void for_blocks(const std::vector<std::size_t>& extents, std::size_t first, std::size_t count,
                const Use& use) {
  std::size_t from = 0;
  for (const h5::Block& block : blocks_of_range(extents, first, count)) {
    use(block, from, block.cells());
    from += block.cells();
  }
}

}  // namespace hookflow::pipeline
