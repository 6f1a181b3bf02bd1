#pragma once
#include <cstddef>
#include <filesystem>
#include <string>

#include "model/numerics/parameters.hpp"

namespace hookflow {

/// What config.json says of a GPT-2-family model; every setting that changes a number is here or refused.
struct Config {
  std::size_t layers = 0;
  std::size_t heads = 0;
  std::size_t width = 0;       // d: of the residual stream
  std::size_t head_width = 0;  // e = width / heads
  std::size_t mlp_width = 0;   // f: n_inner, or 4 * width
  std::size_t context = 0;     // largest number of positions
  std::size_t vocabulary = 0;
  float layer_norm_epsilon = 1e-5F;
  Activation activation = Activation::gelu_new;
  bool tied_embeddings = true;

  /// Reads config.json of a model directory. Throws ModelError naming the file, the key, its value and the
  /// rule for settings that are missing, out of range, or not supported.
  static Config load(const std::filesystem::path& directory);
};

std::string to_string(Activation activation);

}  // namespace hookflow
