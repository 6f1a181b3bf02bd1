#include "model/numerics/shared_rows.hpp"

#include <utility>

#include "model/numerics/ops.hpp"

namespace hookflow {
namespace {

bool follow_each_other(std::span<const std::size_t> rows) {
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i] != rows[0] + i) return false;
  }
  return true;
}

}  // namespace

SharedRows::SharedRows(View matrix, std::shared_ptr<const float[]> memory,
                       std::span<const std::size_t> rows) {
  if (rows.empty()) return;
  if (follow_each_other(rows)) {
    rows_ = matrix.row_range(rows[0], rows.size());
    memory_ = std::move(memory);
    return;
  }
  const std::shared_ptr<float[]> copy = std::make_unique_for_overwrite<float[]>(rows.size() * matrix.columns);
  const MutableView copied(copy.get(), rows.size(), matrix.columns);
  gather_rows(matrix, rows, copied);
  rows_ = copied;
  memory_ = copy;
}

}  // namespace hookflow
