#include <algorithm>

#include "model/numerics/ops.hpp"
#include "model/numerics/row_blocks.hpp"
#include "model/numerics/vectorized.hpp"

namespace hookflow {
namespace {

HOOKFLOW_VECTORIZED void add_row(const float* term, float* sum, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    sum[i] += term[i];
  }
}

}  // namespace

void add(View term, MutableView sum) {
  for_each_row(sum.rows, sum.columns,
               [&](std::size_t row) { add_row(term.row(row).data(), sum.row(row).data(), sum.columns); });
}

void gather_rows(View table, std::span<const std::size_t> rows, MutableView out) {
  for_each_row(rows.size(), table.columns, [&](std::size_t row) {
    const auto source = table.row(rows[row]);
    std::copy(source.begin(), source.end(), out.row(row).begin());
  });
}

}  // namespace hookflow
