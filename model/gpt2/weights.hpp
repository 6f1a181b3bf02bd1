#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "model/gpt2/config.hpp"
#include "model/memory/tensor.hpp"
#include "model/numerics/parameters.hpp"

namespace hookflow {

struct LayerWeights {
  LayerNormWeights ln_1;
  LinearWeights c_attn;  // (d, 3 * d): q, k and v side by side
  LinearWeights c_proj;  // (d, d)
  LayerNormWeights ln_2;
  LinearWeights c_fc;      // (d, f)
  LinearWeights mlp_proj;  // (f, d)
};

/// All parameters of one model, float32, borrowed from the mapped files where they are stored as F32 and
/// converted once where they are F16 or BF16.
class Weights {
 public:
  View wte;  // (vocabulary, d)
  View wpe;  // (context, d)
  std::vector<LayerWeights> layers;
  LayerNormWeights ln_f;
  View lm_head;                         // (vocabulary, d): wte itself when tied
  std::span<const float> lm_head_bias;  // (vocabulary), empty when there is none

  /// Maps model.safetensors (or the shards of model.safetensors.index.json) of a model directory and checks
  /// every tensor against the configuration. Throws ModelError naming file and tensor.
  static Weights load(const std::filesystem::path& directory, const Config& config);

  /// The files that were read, in the order of their names.
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  std::vector<std::filesystem::path> files_;
  std::vector<std::shared_ptr<const void>> storage_;  // keeps mappings and converted tensors alive
};

}  // namespace hookflow
