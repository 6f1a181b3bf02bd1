#include "stages/prediction/lens.hpp"

#include "model/memory/scratch.hpp"
#include "model/numerics/ops.hpp"

namespace hookflow::stages {
namespace {

std::size_t logits_of_a_vector(const Config& config, Lens::Makes makes) {
  return makes == Lens::Makes::logits ? config.vocabulary : 0;
}

std::size_t floats_of_a_vector(const Config& config, Lens::Makes makes) {
  return 2 * config.width + 1 + logits_of_a_vector(config, makes);
}

}  // namespace

double Lens::bytes(const Config& config, std::size_t vectors, Makes makes) {
  return static_cast<double>(vectors * floats_of_a_vector(config, makes) * sizeof(float));
}

Lens::Lens(const Model& model, std::size_t vectors, Makes makes)
    : model_(model), memory_(scratch_floats(vectors * floats_of_a_vector(model.config, makes))) {
  float* next = memory_.get();
  const auto take = [&](std::size_t columns) {
    const MutableView taken(next, vectors, columns);
    next += vectors * columns;
    return taken;
  };
  vectors_ = take(model.config.width);
  normalized_ = take(model.config.width);
  scale_ = take(1);
  logits_ = take(logits_of_a_vector(model.config, makes));
}

void Lens::read(std::size_t count) {
  const MutableView normalized = normalized_.row_range(0, count);
  layer_norm(vectors_.row_range(0, count), model_.weights.final_norm, model_.config.layer_norm_epsilon,
             scale_.row_range(0, count), normalized);
  if (logits_.columns == 0) return;
  linear_transposed(normalized, model_.weights.unembedding, model_.weights.unembedding_bias,
                    logits_.row_range(0, count));
}

}  // namespace hookflow::stages
