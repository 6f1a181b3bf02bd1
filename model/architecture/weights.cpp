#include "model/architecture/weights.hpp"

namespace hookflow {

std::size_t layer_floats(const Config& config) {
  const std::size_t d = config.width;
  const std::size_t a = config.attention_width();
  const std::size_t f = config.mlp_width;
  const std::size_t norms = 2 * (d + d);
  const std::size_t attention = d * 3 * a + 3 * a + a * d + d;
  const std::size_t mlp = d * f + f + f * d + d;
  return norms + attention + mlp;
}

}  // namespace hookflow
