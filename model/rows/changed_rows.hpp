#pragma once
#include <cstddef>

#include "model/architecture/config.hpp"
#include "model/rows/head_positions.hpp"
#include "model/rows/place_table.hpp"
#include "model/rows/sequence.hpp"

namespace hookflow {

/// What a sequence has of its own, place by place: where a variant can differ at all from the clean pass of
/// its prompt; of a clean pass everything. Elsewhere the clean pass's values are its values.
struct ChangedRows {
  std::size_t first_layer = 0;       // with any change
  PlaceTable<HeadPositions> before;  // the edits at the place
  PlaceTable<HeadPositions> after;   // them

  ChangedRows() = default;
  ChangedRows(const Config& config, const Sequence& sequence);

  /// Keys lie beside values, head beside head: such a row is one sequence's as a whole.
  [[nodiscard]] PositionSet keys_or_values(std::size_t layer) const;
  [[nodiscard]] bool has_key_or_value(std::size_t layer, std::size_t position) const;
};

}  // namespace hookflow
