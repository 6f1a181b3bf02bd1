#include <algorithm>
#include <limits>

#include "model/numerics/blas.hpp"
#include "model/numerics/ops.hpp"
#include "model/numerics/vectorized.hpp"

namespace hookflow {
namespace {

// The search for the largest value passes over NaN; it reaches the result by its own exponential.
HOOKFLOW_VECTORIZED void softmax_row(float* values, std::size_t count) {
  float lanes[kLanes];
  std::fill_n(lanes, kLanes, values[0]);
  const std::size_t whole = count - count % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] = lanes[lane] < values[i + lane] ? values[i + lane] : lanes[lane];
    }
  }
  const float largest =
      std::max(*std::max_element(lanes, lanes + kLanes),
               *std::max_element(values + whole - (whole == count ? 1 : 0), values + count));
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = fast_exp(values[i] - largest);
  }
  const float inverse = 1.0F / lane_sum(count, [values](std::size_t i) { return values[i]; });
  for (std::size_t i = 0; i < count; ++i) {
    values[i] *= inverse;
  }
}

}  // namespace

void attention_scores(View q, View k, MutableView scores) {
  multiply_transposed(q, k, scores, Into::overwrite);
}

void scale_and_mask(float factor, std::span<const std::size_t> positions, MutableView scores) {
  for (std::size_t query = 0; query < scores.rows; ++query) {
    const auto row = scores.row(query);
    const auto seen = row.first(positions[query] + 1);
    std::transform(seen.begin(), seen.end(), seen.begin(), [factor](float score) { return score * factor; });
  }
  causal_mask(positions, scores);
}

void causal_mask(std::span<const std::size_t> positions, MutableView scores) {
  for (std::size_t query = 0; query < scores.rows; ++query) {
    const auto hidden = scores.row(query).subspan(std::min(positions[query] + 1, scores.columns));
    std::ranges::fill(hidden, -std::numeric_limits<float>::infinity());
  }
}

void causal_softmax(std::span<const std::size_t> positions, MutableView scores) {
  for (std::size_t query = 0; query < scores.rows; ++query) {
    const auto row = scores.row(query);
    const std::size_t seen = positions[query] + 1;
    softmax_row(row.data(), seen);
    std::fill(row.begin() + static_cast<std::ptrdiff_t>(seen), row.end(), 0.0F);
  }
}

void mix_values(View pattern, View v, MutableView z) { multiply(pattern, v, z, Into::overwrite); }

}  // namespace hookflow
