#pragma once
#include <cstddef>
#include <optional>

#include "model/edits/replacement.hpp"
#include "model/hooks/hook.hpp"
#include "model/hooks/positions.hpp"

namespace hookflow {

/// One edit. Means are taken over all positions of the prompt, of the activation that reaches the place in
/// that very pass, before any edit there; of a pattern over all queries and keys, hidden ones included. What
/// is put in tells nothing of an answer behind the prompt: means are the prompt's alone, and a pattern that
/// is edited shows a query no token of the answer behind it. Scores that are edited are made weights that add
/// up to 1, and keys behind a query stay hidden from it; a pattern is taken as it is. A query whose keys are
/// all hidden has a pattern of NaN.
struct Intervention {
  HookPoint at;
  std::optional<std::size_t> head;  // none: the place as a whole
  Positions positions;              // of the rows; at scores and patterns, of the queries
  Replacement with;
  std::optional<std::size_t> source{};  // of what is put in, where that comes from outside of the pass
  std::optional<Positions> keys{};      // at scores and patterns, of these queries; none: all of them
  std::optional<Positions> differs{};   // where what is put in can differ from what is there; none: anywhere
};

/// Throws ModelError for an edit that a prompt of that length does not allow: a place that cannot be
/// edited, a layer, head, position or key that is not there, a replacement that does not fit the place.
void check_intervention(const Intervention& intervention, const Config& config, const FedPrompt& fed);

}  // namespace hookflow
