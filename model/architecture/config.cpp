#include "model/architecture/config.hpp"

#include <cmath>
#include <utility>

namespace hookflow {
namespace {

// The names of transformers (activations.py, ACT2FN), the usual one of a function first. gelu_fast and
// gelu_accurate are gelu_new with its terms multiplied out in another order.
constexpr std::pair<std::string_view, Activation> kActivations[] = {
    {"gelu_new", Activation::gelu_new},  {"gelu_pytorch_tanh", Activation::gelu_new},
    {"gelu_fast", Activation::gelu_new}, {"gelu_accurate", Activation::gelu_new},
    {"gelu", Activation::gelu},          {"gelu_python", Activation::gelu},
    {"relu", Activation::relu}};

}  // namespace

float Config::score_scale(std::size_t layer) const {
  const float scale = 1.0F / std::sqrt(static_cast<float>(head_width));
  return inverse_layer_scale ? scale / static_cast<float>(layer + 1) : scale;
}

std::string to_string(Activation activation) {
  for (const auto& [name, value] : kActivations)
    if (value == activation) return std::string(name);
  return "unknown";
}

std::optional<Activation> find_activation(std::string_view name) {
  for (const auto& [known, activation] : kActivations)
    if (name == known) return activation;
  return std::nullopt;
}

}  // namespace hookflow
