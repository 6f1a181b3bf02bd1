#include "stages/measure/projected_direction.hpp"

#include <numeric>
#include <utility>

#include "model/numerics/dot.hpp"
#include "model/numerics/ops.hpp"

namespace hookflow::stages {

ProjectedDirection::ProjectedDirection(const Model& model, const DirectionEnd& end,
                                       std::vector<float> direction)
    : heads_a_layer_(model.config.heads),
      head_width_(model.config.head_width),
      direction_(std::move(direction)),
      centred_(direction_) {
  const Weights& weights = model.weights;
  const LayerNormWeights& norm = end.layer ? weights.layers[*end.layer].attention_norm : weights.final_norm;
  if (!norm.bias.empty()) norm_bias_ = dot(direction_, norm.bias);
  for (std::size_t i = 0; i < centred_.size(); ++i) centred_[i] *= norm.weight[i];
  const double mean =
      std::accumulate(centred_.begin(), centred_.end(), 0.0) / static_cast<double>(centred_.size());
  for (float& value : centred_) value = static_cast<float>(double{value} - mean);

  const std::size_t a = model.config.attention_width();
  heads_.resize(end.layers(model.config) * a);
  for (std::size_t layer = 0; layer < end.layers(model.config); ++layer) {
    const LinearWeights& out = weights.layers[layer].attention_out;  // (a, d)
    linear_transposed(View(centred_.data(), 1, centred_.size()), out.weight, {},
                      MutableView(heads_.data() + layer * a, 1, a));
    attention_biases_.push_back(out.bias.empty() ? 0 : dot(centred_, out.bias));
  }
}

void ProjectedDirection::add_unembedding_bias(const Model& model, std::span<const std::int32_t> tokens) {
  if (model.weights.unembedding_bias.empty()) return;
  const auto bias = [&](std::int32_t id) {
    return double{model.weights.unembedding_bias[static_cast<std::size_t>(id)]};
  };
  norm_bias_ += tokens.size() == 1 ? bias(tokens[0]) : bias(tokens[0]) - bias(tokens[1]);
}

double ProjectedDirection::bytes(const Config& config, const DirectionEnd& end) {
  return static_cast<double>((2 * config.width + end.layers(config) * config.attention_width()) *
                             sizeof(float));
}

}  // namespace hookflow::stages
