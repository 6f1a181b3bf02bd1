#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "model/edits/intervention.hpp"
#include "model/hooks/positions.hpp"

namespace hookflow {

/// Keys that edits hide from queries of one head at one place, by the positions of both.
struct HiddenKeys {
  Positions queries;
  Positions keys;
  friend bool operator==(const HiddenKeys&, const HiddenKeys&) = default;
};
using HiddenSet = std::vector<HiddenKeys>;

/// What the edits of a pass and of the one below it (none: a clean one) hide, place by place and head by
/// head; each set once.
std::vector<HiddenSet> hidden_keys(const std::vector<Intervention>& edits,
                                   const std::vector<Intervention>* below = nullptr);

/// The first query of a prompt that is left no key to look at, and so would have no pattern; none: each has.
std::optional<std::size_t> blind_query(const HiddenSet& hidden, const FedPrompt& fed);

/// Whether they are hidden position by position in turn, so that a variant may be left without a pass.
bool in_turn(const HiddenSet& hidden);

}  // namespace hookflow
