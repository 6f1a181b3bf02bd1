#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/architecture/model.hpp"
#include "stages/measure/pass_measure.hpp"

namespace hookflow::stages {

/// Behind which norm a direction is: the final one, or that of a layer's attention.
struct DirectionEnd {
  std::optional<std::size_t> layer;

  /// How many layers stand before it.
  [[nodiscard]] std::size_t layers(const Config& config) const { return layer.value_or(config.layers); }
};

/// A direction u (d) behind a norm, as what stands before the norm sees it: a vector x adds to u the product
/// of x with (weight * u), centred, over the norm's scale. Centring the one is centring the other, as
/// sum w (x - mean x) = sum (w - mean w) x.
class ProjectedDirection : public OfPrompt {
 public:
  ProjectedDirection(const Model& model, const DirectionEnd& end, std::vector<float> direction);
  /// Of the tokens whose logit the direction is, the second's less.
  void add_unembedding_bias(const Model& model, std::span<const std::int32_t> tokens);
  static double bytes(const Config& config, const DirectionEnd& end);

  [[nodiscard]] std::span<const float> direction() const { return direction_; }  // (d)
  [[nodiscard]] std::span<const float> centred() const { return centred_; }      // (d)
  /// The same through a head's rows of W_O: what is multiplied by its z, (e).
  [[nodiscard]] std::span<const float> head(std::size_t layer, std::size_t head) const {
    return std::span(heads_).subspan((layer * heads_a_layer_ + head) * head_width_, head_width_);
  }
  /// What W_O's bias adds, before it is divided by the scale; and the norm's bias, which is not.
  [[nodiscard]] double attention_bias(std::size_t layer) const { return attention_biases_[layer]; }
  [[nodiscard]] double norm_bias() const { return norm_bias_; }

 private:
  std::size_t heads_a_layer_, head_width_;
  std::vector<float> direction_, centred_;
  std::vector<float> heads_;  // (layers, heads, e)
  std::vector<double> attention_biases_;
  double norm_bias_ = 0;
};

}  // namespace hookflow::stages
