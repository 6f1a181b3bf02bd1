#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "model/memory/tensor.hpp"

namespace hookflow {

/// Some rows of a matrix whose memory others share: those of one sequence among a batch's.
class SharedRows {
 public:
  SharedRows() = default;
  /// rows[i] of `matrix`, which lies in `memory`, as row i. Rows that follow each other keep that memory;
  /// others are copied.
  SharedRows(View matrix, std::shared_ptr<const float[]> memory, std::span<const std::size_t> rows);

  [[nodiscard]] View matrix() const { return rows_; }

 private:
  View rows_;
  std::shared_ptr<const float[]> memory_;
};

}  // namespace hookflow
