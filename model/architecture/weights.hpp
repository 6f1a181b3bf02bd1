#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "model/architecture/config.hpp"
#include "model/memory/tensor.hpp"
#include "model/numerics/parameters.hpp"

namespace hookflow {

/// d = model width, a = width of all heads together, f = MLP width.
struct LayerWeights {
  LayerNormWeights attention_norm;
  LinearWeights qkv;            // (d, 3 * a): q, k and v side by side
  LinearWeights attention_out;  // (a, d): W_O
  LayerNormWeights mlp_norm;
  LinearWeights mlp_in;   // (d, f)
  LinearWeights mlp_out;  // (f, d)
};

/// All parameters of one model, float32. Any bias may be empty: the model has none there.
struct Weights {
  View token_embedding;     // (vocabulary, d)
  View position_embedding;  // (context, d)
  std::vector<LayerWeights> layers;
  LayerNormWeights final_norm;
  View unembedding;                         // (vocabulary, d): the token embedding itself when tied
  std::span<const float> unembedding_bias;  // (vocabulary)

  std::vector<std::shared_ptr<const void>> storage;  // keeps alive what the views above borrow
};

/// How many numbers a layer's parameters are, with every bias.
std::size_t layer_floats(const Config& config);

}  // namespace hookflow
