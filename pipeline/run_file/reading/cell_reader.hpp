#pragma once
#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "pipeline/h5/blocks.hpp"

namespace hookflow::pipeline {

/// The cells [first, first + count) of a dataset, counted row-major.
template <class Value>
std::vector<Value> read_cells(const h5::Dataset& dataset, std::size_t first, std::size_t count) {
  std::vector<Value> values(count);
  for_blocks(dataset.extents(), first, count,
             [&](const h5::Block& block, std::size_t from, std::size_t cells) {
               dataset.read(block, std::span(values).subspan(from, cells));
             });
  return values;
}

/// The cells of a dataset of numbers, counted row-major and asked for in any order. Some thousands are read
/// at a time and the last ones kept, up to 8 MiB, so that memory does not grow with the dataset.
template <class Value>
class CellReader {
 public:
  explicit CellReader(h5::Dataset dataset) : dataset_(std::move(dataset)) {}

  Value operator[](std::size_t cell) {
    if (cell - first_ >= block_.size()) turn_to(cell / kBlock);
    return block_[cell - first_];
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 14;  // cells
  static constexpr std::size_t kMostKept = (std::size_t{8} << 20) / (kBlock * sizeof(Value));

  void turn_to(std::size_t number) {
    if (!kept_.contains(number)) {
      if (kept_.size() == kMostKept) kept_.clear();
      const std::size_t first = number * kBlock;
      const std::size_t count = std::min(kBlock, dataset_.cells() - first);
      kept_.emplace(number, read_cells<Value>(dataset_, first, count));
    }
    first_ = number * kBlock;
    block_ = kept_.at(number);
  }

  h5::Dataset dataset_;
  std::map<std::size_t, std::vector<Value>> kept_;  // by the number of the block
  std::size_t first_ = 0;                           // cell of the block that is read from
  std::span<const Value> block_;
};

}  // namespace hookflow::pipeline
