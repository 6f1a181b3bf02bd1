#include "model/edits/intervention.hpp"

#include <stdexcept>
#include <string>

#include "model/error.hpp"

namespace hookflow {

void check_intervention(const Intervention& intervention, const Config& config, const FedPrompt& fed) {
  const auto& [at, head, positions, with, source, keys, differs] = intervention;
  const std::string place = "intervention at " + to_string(at) + ": ";
  if (!editable(at.kind)) {
    throw ModelError(place + "this hook point can be captured but not edited");
  }
  if (at.layer >= config.layers) {
    throw ModelError(place + "the model has " + std::to_string(config.layers) + " layers, 0-" +
                     std::to_string(config.layers - 1));
  }
  if (head && !has_heads(at.kind)) {
    throw ModelError(place + "this hook point has no heads; hook_q, hook_k, hook_v, hook_attn_scores, " +
                     "hook_pattern and hook_z have heads");
  }
  if (head && *head >= config.heads) {
    throw ModelError(place + "head " + std::to_string(*head) + " is out of range; the model has " +
                     std::to_string(config.heads) + " heads, 0-" + std::to_string(config.heads - 1));
  }
  static_cast<void>(positions.resolve(fed));
  if (keys && !is_square(at.kind)) {
    throw ModelError(place + "this hook point has no keys; hook_attn_scores and hook_pattern have");
  }
  if (keys) static_cast<void>(keys->resolve(fed));
  const bool one_head = head || (with->head_by_head() && has_heads(at.kind));
  if (with->takes_given() != source.has_value()) {
    throw std::logic_error(place + "what is put in is not given, or is given to a kind that takes nothing");
  }
  if (const auto problem = with->problem_at(edit_place(at.kind, one_head, config, fed.prompt))) {
    throw ModelError(place + *problem);
  }
}

}  // namespace hookflow
