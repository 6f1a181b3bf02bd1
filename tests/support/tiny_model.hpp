#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "model/architecture/model.hpp"

namespace hookflow::testing {

/// A model with random weights, held in memory.
class TinyModel {
 public:
  explicit TinyModel(Config config, std::uint32_t seed = 1) : random_(seed) {
    config.head_width = config.width / config.heads;
    model.config = config;
    Weights& weights = model.weights;
    weights.token_embedding = matrix(config.vocabulary, config.width);
    weights.position_embedding = matrix(config.context, config.width);
    weights.layers.resize(config.layers);
    for (LayerWeights& layer : weights.layers) {
      layer.attention_norm = norm(config.width);
      layer.qkv = linear(config.width, 3 * config.width);
      layer.attention_out = linear(config.width, config.width);
      layer.mlp_norm = norm(config.width);
      layer.mlp_in = linear(config.width, config.mlp_width);
      layer.mlp_out = linear(config.mlp_width, config.width);
    }
    weights.final_norm = norm(config.width);
    weights.unembedding = weights.token_embedding;
  }

  std::vector<std::int32_t> prompt(std::size_t length) {
    std::vector<std::int32_t> ids(length);
    for (std::int32_t& id : ids) {
      id = static_cast<std::int32_t>(random_() % model.config.vocabulary);
    }
    return ids;
  }

  std::vector<float> vector(std::size_t count) {
    const auto values = block(count, 0.3F, 0);
    return {values.begin(), values.end()};
  }

  Model model;

 private:
  std::span<const float> block(std::size_t count, float spread, float centre) {
    std::normal_distribution<float> values(centre, spread);
    auto& stored = storage_.emplace_back(std::make_unique<std::vector<float>>(count));
    for (float& value : *stored) {
      value = values(random_);
    }
    return *stored;
  }
  View matrix(std::size_t rows, std::size_t columns) {
    return {block(rows * columns, 1.0F / std::sqrt(static_cast<float>(columns)), 0).data(), rows, columns};
  }
  LayerNormWeights norm(std::size_t width) { return {block(width, 0.2F, 1), block(width, 0.1F, 0)}; }
  LinearWeights linear(std::size_t in, std::size_t out) {
    const float spread = 1.0F / std::sqrt(static_cast<float>(in));
    return {{block(in * out, spread, 0).data(), in, out}, block(out, 0.1F, 0)};
  }

  std::mt19937 random_;
  std::vector<std::unique_ptr<std::vector<float>>> storage_;
};

/// Odd sizes, so that nothing is a multiple of a vector or of a tile.
inline Config tiny_config() {
  Config config;
  config.layers = 3;
  config.heads = 3;
  config.width = 21;
  config.mlp_width = 50;
  config.context = 40;
  config.vocabulary = 37;
  return config;
}

}  // namespace hookflow::testing
