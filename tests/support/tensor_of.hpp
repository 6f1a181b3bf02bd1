#pragma once
#include <vector>

#include "model/memory/tensor.hpp"
#include "model/pass/forward.hpp"

namespace hookflow {

/// What a pass captured at a place, row by row: (position, width), or (position, head, width).
inline Tensor tensor_of(const CapturedRows& captured) {
  Tensor tensor;
  const std::size_t positions = captured.positions().size();
  tensor.shape = {positions, captured.heads(), captured.row(0).size()};
  for (std::size_t position = 0; position < positions; ++position) {
    for (std::size_t head = 0; head < captured.heads(); ++head) {
      const auto row = captured.row(position, head);
      tensor.values.insert(tensor.values.end(), row.begin(), row.end());
    }
  }
  return tensor;
}

/// (position, vocabulary)
inline Tensor tensor_of(const PassLogits& logits) {
  Tensor tensor;
  for (std::size_t i = 0; i < logits.positions().size(); ++i) {
    const LogitRow row = logits.row(i);
    tensor.values.insert(tensor.values.end(), row.values.begin(), row.values.end());
    tensor.shape = {logits.positions().size(), row.values.size()};
  }
  return tensor;
}

}  // namespace hookflow
