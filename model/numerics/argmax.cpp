#include "model/numerics/argmax.hpp"

#include <algorithm>
#include <limits>

#include "model/numerics/vectorized.hpp"

namespace hookflow {
namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

HOOKFLOW_VECTORIZED float largest(const float* values, std::size_t count) {
  float lanes[kLanes];
  std::fill_n(lanes, kLanes, kLowest);
  const std::size_t whole = count - count % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] = values[i + lane] > lanes[lane] ? values[i + lane] : lanes[lane];
    }
  }
  float result = *std::max_element(lanes, lanes + kLanes);
  for (std::size_t i = whole; i < count; ++i) result = values[i] > result ? values[i] : result;
  return result;
}

}  // namespace

std::size_t argmax(std::span<const float> values) {
  constexpr std::size_t kBlock = 1024;  // searched again, one by one, only where the largest is
  float best = kLowest;
  std::size_t block = 0;
  for (std::size_t first = 0; first < values.size(); first += kBlock) {
    const float here = largest(values.data() + first, std::min(kBlock, values.size() - first));
    if (here > best) {
      best = here;
      block = first;
    }
  }
  const auto found = std::find(values.begin() + static_cast<std::ptrdiff_t>(block), values.end(), best);
  return found == values.end() ? 0 : static_cast<std::size_t>(found - values.begin());
}

}  // namespace hookflow
