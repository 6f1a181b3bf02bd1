#pragma once
#include <cstddef>
#include <vector>

#include "model/rows/changed_rows.hpp"
#include "model/rows/head_positions.hpp"
#include "model/rows/place_table.hpp"
#include "model/rows/sequence.hpp"

namespace hookflow {

/// The rows of one sequence in a pass, place by place: what is changed and needed. Needed is what is asked
/// for, and what that is computed from; backward from the last place to the first.
struct NeededRows {
  /// Computed by the operation that leads to the place. At scores and `pattern`: the queries that attention
  /// is run for; at `z`: those of them whose z is the sequence's own.
  PlaceTable<HeadPositions> made;
  /// Held there: made, or taken from the clean pass to be edited or worked on.
  PlaceTable<HeadPositions> held;
  PlaceTable<PositionSet> of_clean;   // read of the clean pass of the prompt
  PlaceTable<PositionSet> of_parent;  // read of the parent
  std::vector<bool> sees_all_keys;    // [layer]: queries look at hidden keys, too

  NeededRows() = default;
  NeededRows(const Config& config, const Sequence& sequence, const ChangedRows& changed);
};

}  // namespace hookflow
