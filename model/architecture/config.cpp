#include "model/architecture/config.hpp"

#include <utility>

namespace hookflow {
namespace {

constexpr std::pair<std::string_view, Activation> kActivations[] = {
    {"gelu_new", Activation::gelu_new}, {"gelu", Activation::gelu}, {"relu", Activation::relu}};

}  // namespace

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
