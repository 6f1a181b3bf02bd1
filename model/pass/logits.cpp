#include "model/pass/logits.hpp"

#include <algorithm>

#include "model/memory/scratch.hpp"
#include "model/numerics/ops.hpp"
#include "model/numerics/parallel.hpp"

namespace hookflow {

LogitBlocks::LogitBlocks(const Model& model, RowLayout rows, View normalized, Keep keep)
    : model_(model),
      rows_(std::move(rows)),
      keep_(keep),
      memory_(scratch_floats(normalized.rows * normalized.columns)),
      normalized_(memory_.get(), normalized.rows, normalized.columns),
      blocks_(block_count(normalized.rows, kRows)) {
  for (std::size_t row = 0; row < normalized.rows; ++row) {
    std::ranges::copy(normalized.row(row), memory_.get() + row * normalized.columns);
  }
}

LogitRow LogitBlocks::row(std::size_t row) const {
  const std::size_t index = row / kRows;
  const std::size_t vocabulary = model_.config.vocabulary;
  const std::lock_guard lock(mutex_);
  std::shared_ptr<float[]>& block = blocks_[index];
  if (!block) {
    if (keep_ == Keep::last) std::ranges::fill(blocks_, nullptr);
    const std::size_t count = std::min(kRows, normalized_.rows - index * kRows);
    block = scratch_floats(count * vocabulary);
    linear_transposed(normalized_.row_range(index * kRows, count), model_.weights.unembedding,
                      model_.weights.unembedding_bias, MutableView(block.get(), count, vocabulary));
  }
  return {{block.get() + row % kRows * vocabulary, vocabulary}, block};
}

}  // namespace hookflow
