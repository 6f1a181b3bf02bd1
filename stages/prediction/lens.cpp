#include "stages/prediction/lens.hpp"

#include "model/memory/scratch.hpp"
#include "model/numerics/ops.hpp"

namespace hookflow::stages {
namespace {

std::size_t floats_of_a_vector(const Config& config) { return 2 * config.width + 1 + config.vocabulary; }

}  // namespace

double Lens::bytes(const Config& config, std::size_t vectors) {
  return static_cast<double>(vectors * floats_of_a_vector(config) * sizeof(float));
}

Lens::Lens(const Model& model, std::size_t vectors)
    : model_(model), memory_(scratch_floats(vectors * floats_of_a_vector(model.config))) {
  float* next = memory_.get();
  const auto take = [&](std::size_t columns) {
    const MutableView taken(next, vectors, columns);
    next += vectors * columns;
    return taken;
  };
  vectors_ = take(model.config.width);
  normalized_ = take(model.config.width);
  scale_ = take(1);
  logits_ = take(model.config.vocabulary);
}

void Lens::read(std::size_t count) {
  const MutableView normalized = normalized_.row_range(0, count);
  layer_norm(vectors_.row_range(0, count), model_.weights.final_norm, model_.config.layer_norm_epsilon,
             scale_.row_range(0, count), normalized);
  linear_transposed(normalized, model_.weights.unembedding, model_.weights.unembedding_bias,
                    logits_.row_range(0, count));
}

}  // namespace hookflow::stages
