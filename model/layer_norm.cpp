#include <cmath>

#include "model/ops.hpp"
#include "model/row_blocks.hpp"
#include "model/vectorized.hpp"

namespace hookflow {
namespace {

// Returns the scale. Two passes over the row: the squares are those of the centred values.
HOOKFLOW_VECTORIZED float normalize_row(const float* in, std::size_t width, const LayerNormWeights& weights,
                                        float epsilon, float* out) {
  const auto count = static_cast<float>(width);
  const float mean = lane_sum(width, [in](std::size_t i) { return in[i]; }) / count;
  const float variance = lane_sum(width, [in, mean](std::size_t i) { return (in[i] - mean) * (in[i] - mean); }) / count;
  const float scale = std::sqrt(variance + epsilon);
  const float inverse = 1.0F / scale;
  const float* weight = weights.weight.data();
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
