#pragma once
#include <vector>

#include "model/edits/intervention.hpp"
#include "model/hooks/positions.hpp"
#include "model/rows/position_set.hpp"

namespace hookflow {

/// Whether the prompt has what the edit names; shorter ones may lack it where each position has its turn.
bool is_there(const Intervention& edit, const FedPrompt& fed);

/// Which positions of what is fed an edit changes; of one with keys, the queries that can see any of them.
/// What comes from outside of the pass comes for the prompt alone.
PositionSet edited_positions(const Intervention& edit, const FedPrompt& fed);

/// Those of them where it can make a difference: elsewhere it puts in what is there, or was before others.
PositionSet changed_positions(const Intervention& edit, const FedPrompt& fed);

/// Which keys of these queries it changes; of an edit that names none, all that are fed.
PositionSet edited_keys(const Intervention& edit, const FedPrompt& fed);

/// Whether edits there leave some keys of their queries as they are.
bool edits_some_keys(const std::vector<Intervention>& edits, const HookPoint& place);

/// Whether a query may look at keys behind it because of an edit there.
bool shows_hidden_keys(const Intervention& edit);

}  // namespace hookflow
