#pragma once
#include <span>

#include "model/memory/tensor.hpp"

namespace hookflow {

enum class Activation { gelu_new, gelu, relu };

struct LayerNormWeights {
  std::span<const float> weight;  // (d)
  std::span<const float> bias;    // (d), or empty: none
};

/// Stored input-major, as GPT-2's Conv1D does: out = in * weight + bias.
struct LinearWeights {
  View weight;                  // (in, out)
  std::span<const float> bias;  // (out), or empty: none
};

}  // namespace hookflow
