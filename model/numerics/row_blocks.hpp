#pragma once
#include <algorithm>
#include <cstddef>

#include "model/numerics/parallel.hpp"

namespace hookflow {

/// Runs body(row) for every row, rows of some 64 KiB to a block.
template <typename Body>
void for_each_row(std::size_t rows, std::size_t columns, const Body& body) {
  const std::size_t block = std::max<std::size_t>(1, 16384 / std::max<std::size_t>(1, columns));
  parallel_blocks(block_count(rows, block), [&](std::size_t index) {
    const std::size_t end = std::min(rows, (index + 1) * block);
    for (std::size_t row = index * block; row < end; ++row) {
      body(row);
    }
  });
}

}  // namespace hookflow
