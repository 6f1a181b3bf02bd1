#pragma once
#include <algorithm>

#include "model/memory/tensor.hpp"
#include "model/numerics/shared_rows.hpp"

namespace hookflow {

/// A copy of its own.
inline Tensor tensor_of(const SharedRows& rows) {
  Tensor tensor({rows.matrix().rows, rows.matrix().columns});
  for (std::size_t row = 0; row < rows.matrix().rows; ++row) {
    const auto from = rows.matrix().row(row);
    std::copy(from.begin(), from.end(), tensor.matrix().row(row).begin());
  }
  return tensor;
}

}  // namespace hookflow
