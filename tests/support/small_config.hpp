#pragma once
#include "model/architecture/config.hpp"

namespace hookflow::testing {

/// d = 8, f = 20, 2 heads of 4, 11 tokens, 3 layers.
inline Config config() {
  Config config;
  config.layers = 3;
  config.heads = 2;
  config.width = 8;
  config.head_width = 4;
  config.mlp_width = 20;
  config.context = 16;
  config.vocabulary = 11;
  return config;
}

}  // namespace hookflow::testing
