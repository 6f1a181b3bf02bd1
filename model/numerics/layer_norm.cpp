#include <cmath>

#include "model/numerics/ops.hpp"
#include "model/numerics/row_blocks.hpp"
#include "model/numerics/vectorized.hpp"

namespace hookflow {
namespace {

// Returns the scale. The mean is corrected by the mean of what it leaves: a row that an edit has made
// constant must give zeros, where rounding would be multiplied by 1 / sqrt(epsilon).
HOOKFLOW_VECTORIZED float normalize_row(const float* in, std::size_t width, const LayerNormWeights& weights,
                                        float epsilon, float* out) {
  const auto count = static_cast<float>(width);
  const float rough = lane_sum(width, [in](std::size_t i) { return in[i]; }) / count;
  const float mean = rough + lane_sum(width, [in, rough](std::size_t i) { return in[i] - rough; }) / count;
  const float variance =
      lane_sum(width, [in, mean](std::size_t i) { return (in[i] - mean) * (in[i] - mean); }) / count;
  const float scale = std::sqrt(variance + epsilon);
  const float inverse = 1.0F / scale;
  const float* weight = weights.weight.data();
  if (weights.bias.empty()) {
    for (std::size_t i = 0; i < width; ++i) {
      out[i] = (in[i] - mean) * inverse * weight[i];
    }
    return scale;
  }
  const float* bias = weights.bias.data();
  for (std::size_t i = 0; i < width; ++i) {
    out[i] = (in[i] - mean) * inverse * weight[i] + bias[i];
  }
  return scale;
}

}  // namespace

void layer_norm(View in, const LayerNormWeights& weights, float epsilon, MutableView scale, MutableView out) {
  for_each_row(in.rows, in.columns, [&](std::size_t row) {
    scale.row(row)[0] = normalize_row(in.row(row).data(), in.columns, weights, epsilon, out.row(row).data());
  });
}

}  // namespace hookflow
