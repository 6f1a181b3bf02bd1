#include "model/pass/logits.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "model/memory/scratch.hpp"
#include "model/numerics/dot.hpp"
#include "model/numerics/ops.hpp"
#include "model/numerics/parallel.hpp"

namespace hookflow {

double token_logit(const Model& model, std::span<const float> normalized, std::int32_t token) {
  if (token < 0 || static_cast<std::size_t>(token) >= model.config.vocabulary)
    throw std::logic_error("the vocabulary has no token id " + std::to_string(token));
  const auto row = static_cast<std::size_t>(token);
  const std::span<const float> bias = model.weights.unembedding_bias;
  return dot(normalized, model.weights.unembedding.row(row)) + (bias.empty() ? 0 : double{bias[row]});
}

LogitBlocks::LogitBlocks(const Model& model, RowLayout rows, View normalized, std::size_t kept)
    : model_(model),
      rows_(std::move(rows)),
      kept_(kept),
      memory_(scratch_floats(normalized.rows * normalized.columns)),
      normalized_(memory_.get(), normalized.rows, normalized.columns) {
  for (std::size_t row = 0; row < normalized.rows; ++row) {
    std::ranges::copy(normalized.row(row), memory_.get() + row * normalized.columns);
  }
}

LogitRow LogitBlocks::row(std::size_t row) const {
  const std::size_t index = row / kRows;
  const std::size_t vocabulary = model_.config.vocabulary;
  const std::lock_guard lock(mutex_);
  auto found = std::ranges::find(blocks_, index, [](const auto& block) { return block.first; });
  if (found == blocks_.end()) {
    if (blocks_.size() == kept_) blocks_.pop_back();
    const std::size_t count = std::min(kRows, normalized_.rows - index * kRows);
    found = blocks_.emplace(blocks_.begin(), index, scratch_floats(count * vocabulary));
    linear_transposed(normalized_.row_range(index * kRows, count), model_.weights.unembedding,
                      model_.weights.unembedding_bias, MutableView(found->second.get(), count, vocabulary));
  }
  blocks_.splice(blocks_.begin(), blocks_, found);
  const std::shared_ptr<float[]>& block = found->second;
  return {{block.get() + row % kRows * vocabulary, vocabulary}, block};
}

}  // namespace hookflow
