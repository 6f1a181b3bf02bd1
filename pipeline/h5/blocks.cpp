#include "pipeline/h5/blocks.hpp"

#include <algorithm>

namespace hookflow::pipeline {

std::vector<h5::Block> blocks_of_range(const std::vector<std::size_t>& extents, std::size_t first,
                                       std::size_t count) {
  const std::size_t rank = extents.size();
  std::vector<std::size_t> stride(rank + 1, 1);  // cells under one step of axis i: stride[i + 1]
  for (std::size_t axis = rank; axis-- > 0;) stride[axis] = stride[axis + 1] * extents[axis];

  std::vector<h5::Block> blocks;
  while (count > 0) {
    // The outermost axis of which whole steps can be taken from here.
    std::size_t axis = 0;
    while (axis < rank && (first % stride[axis + 1] != 0 || count < stride[axis + 1])) ++axis;
    h5::Block block;
    for (std::size_t i = 0; i < rank; ++i) {
      block.start.push_back(first / stride[i + 1] % extents[i]);
      block.count.push_back(i <= axis ? 1 : extents[i]);
    }
    std::size_t taken = 1;
    if (rank > 0) {
      const std::size_t steps = std::min(count / stride[axis + 1], extents[axis] - block.start[axis]);
      block.count[axis] = steps;
      taken = steps * stride[axis + 1];
    }
    blocks.push_back(std::move(block));
    first += taken;
    count -= taken;
  }
  return blocks;
}

}  // namespace hookflow::pipeline
