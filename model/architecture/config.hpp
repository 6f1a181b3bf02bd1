#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/numerics/parameters.hpp"

namespace hookflow {

struct ModuleNames;

/// The facts of a model that the layer loop asks for, whatever its family. A family reads them from its
/// config.json; a setting that changes a number is a fact here, or is refused there.
struct Config {
  std::size_t layers = 0;
  std::size_t heads = 0;
  std::size_t width = 0;       // d: of the residual stream
  std::size_t head_width = 0;  // e
  std::size_t mlp_width = 0;   // f
  std::size_t context = 0;     // largest number of positions
  std::size_t vocabulary = 0;
  float layer_norm_epsilon = 1e-5F;
  Activation activation = Activation::gelu_new;
  bool inverse_layer_scale = false;                  // layer l's attention scores are divided by l + 1, too
  std::optional<std::int64_t> bos_token, eos_token;  // as config.json gives them, unchecked: few runs ask
  bool tied_embeddings = true;                       // the unembedding is the token embedding
  const ModuleNames* modules = nullptr;  // by which hook points may be named, too; none: by their own alone

  /// a: of the queries (or keys, values, results) of all heads side by side.
  [[nodiscard]] std::size_t attention_width() const { return heads * head_width; }
  /// By what a layer's products of queries and keys are multiplied before the softmax.
  [[nodiscard]] float score_scale(std::size_t layer) const;
};

/// As Hugging Face's config.json spells it.
std::string to_string(Activation activation);
/// None for a name that stands for no activation here.
std::optional<Activation> find_activation(std::string_view name);

}  // namespace hookflow
