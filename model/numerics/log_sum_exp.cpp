#include "model/numerics/log_sum_exp.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "model/numerics/argmax.hpp"
#include "model/numerics/vectorized.hpp"

namespace hookflow {
namespace {

HOOKFLOW_VECTORIZED float block_sum(const float* values, std::size_t count, float largest) {
  return lane_sum(count, [=](std::size_t i) { return fast_exp(values[i] - largest); });
}

}  // namespace

double log_sum_exp(std::span<const float> values) {
  constexpr std::size_t kBlock = 1024;  // few terms a float sum, so that rounding stays small
  const float largest = values[argmax(values)];
  double sum = 0;
  for (std::size_t first = 0; first < values.size(); first += kBlock) {
    const std::size_t count = std::min(kBlock, values.size() - first);
    sum += static_cast<double>(block_sum(values.data() + first, count, largest));
  }
  return static_cast<double>(largest) + std::log(sum);
}

}  // namespace hookflow
