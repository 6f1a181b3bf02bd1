#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <vector>

#include "model/architecture/model.hpp"

namespace hookflow::bench {

/// Random weights in GPT-2 small's shapes, held in memory.
class Gpt2Small {
 public:
  Gpt2Small() {
    Config& config = model.config;
    config.layers = 12;
    config.heads = 12;
    config.width = 768;
    config.head_width = 64;
    config.mlp_width = 3072;
    config.context = 1024;
    config.vocabulary = 50257;
    Weights& weights = model.weights;
    const std::size_t d = config.width;
    weights.token_embedding = matrix(config.vocabulary, d, 0.05F);
    weights.position_embedding = matrix(config.context, d, 0.05F);
    weights.layers.resize(config.layers);
    for (LayerWeights& layer : weights.layers) {
      layer = {norm(d),
               linear(d, 3 * d),
               linear(d, d),
               norm(d),
               linear(d, config.mlp_width),
               linear(config.mlp_width, d)};
    }
    weights.final_norm = norm(d);
    weights.unembedding = weights.token_embedding;
  }

  Model model;

 private:
  std::span<const float> values(std::size_t count, float spread, float centre) {
    std::vector<float>& stored = storage_.emplace_back(count);
    for (float& value : stored) {
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      value = centre + spread * (static_cast<float>(state_ >> 40U) * 0x1p-23F - 1.0F);
    }
    return stored;
  }
  View matrix(std::size_t rows, std::size_t columns, float spread) {
    return {values(rows * columns, spread, 0).data(), rows, columns};
  }
  LayerNormWeights norm(std::size_t width) { return {values(width, 0.1F, 1), values(width, 0.1F, 0)}; }
  LinearWeights linear(std::size_t in, std::size_t out) {
    return {matrix(in, out, 1.5F / std::sqrt(static_cast<float>(in))), values(out, 0.05F, 0)};
  }

  std::uint64_t state_ = 1;
  std::list<std::vector<float>> storage_;
};

}  // namespace hookflow::bench
