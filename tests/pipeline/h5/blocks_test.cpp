#include "pipeline/h5/blocks.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

using Extents = std::vector<std::size_t>;

std::size_t product(const Extents& sizes) {
  std::size_t cells = 1;
  for (const std::size_t size : sizes) cells *= size;
  return cells;
}

// The row-major numbers of a block's cells.
std::vector<std::size_t> cells_of(const h5::Block& block, const Extents& extents) {
  std::vector<std::size_t> cells;
  for (std::size_t i = 0; i < product(block.count); ++i) {
    std::size_t rest = i;
    std::size_t number = 0;
    std::size_t stride = 1;
    for (std::size_t axis = extents.size(); axis-- > 0;) {
      number += (block.start[axis] + rest % block.count[axis]) * stride;
      rest /= block.count[axis];
      stride *= extents[axis];
    }
    cells.push_back(number);
  }
  return cells;
}

class BlocksTest : public testing::TestWithParam<Extents> {};

TEST_P(BlocksTest, CoverEveryRangeInOrder) {
  const Extents& extents = GetParam();
  const std::size_t total = product(extents);
  for (std::size_t first = 0; first <= total; ++first)
    for (std::size_t count = 0; first + count <= total; ++count) {
      std::size_t next = first;
      const auto blocks = blocks_of_range(extents, first, count);
      for (const h5::Block& block : blocks)
        for (const std::size_t cell : cells_of(block, extents)) ASSERT_EQ(cell, next++);
      ASSERT_EQ(next, first + count);
      ASSERT_LE(blocks.size(), 2 * extents.size() + 1);
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, BlocksTest,
                         testing::Values(Extents{}, Extents{7}, Extents{3, 4}, Extents{2, 1, 3},
                                         Extents{2, 3, 2, 3}, Extents{1, 1, 5}, Extents{4, 1}));

TEST(BlocksTest, WholeRowsAreOneBlock) {
  EXPECT_EQ(blocks_of_range({10, 2, 3}, 6, 18), (std::vector<h5::Block>{{{1, 0, 0}, {3, 2, 3}}}));
  EXPECT_EQ(blocks_of_range({10, 2, 3}, 3, 3), (std::vector<h5::Block>{{{0, 1, 0}, {1, 1, 3}}}));
}

}  // namespace
}  // namespace hookflow::pipeline
