#pragma once
#include <cstddef>
#include <vector>

#include "model/memory/tensor.hpp"
#include "model/pass/pass_record.hpp"
#include "model/rows/row_plan.hpp"

namespace hookflow {

/// Consecutive keys of a sequence and their values, where they lie: in this pass, or in the clean one.
struct KeySegment {
  std::size_t first = 0;  // position
  View keys, values;      // (count, a): all heads

  [[nodiscard]] std::size_t end() const { return first + keys.rows; }
  friend bool operator==(const KeySegment& a, const KeySegment& b) {
    return a.first == b.first && a.keys.data == b.keys.data && a.keys.rows == b.keys.rows;
  }
};
using KeySegments = std::vector<KeySegment>;  // ascending, without gaps

/// Adds the next position's key and value, (1, a) each, to the last segment where they lie behind it.
void add_row(std::size_t position, View key, View value, KeySegments& segments);

/// What a pass looks back at that goes on behind other passes: keys and values of the tokens before its own.
struct PastKeys {
  std::vector<std::vector<KeySegments>> of;  // [Sequence::prompt][layer]
};

/// Where keys and values of one layer lie.
struct KeySources {
  const RowPlan& plan;
  std::size_t layer = 0;
  View keys, values;  // of this pass, as the plan holds them
  const PassRecord* clean = nullptr;
  const PastKeys* past = nullptr;

  /// Those of a sequence's positions [0, end), the parents' among them.
  [[nodiscard]] KeySegments of(std::size_t sequence, std::size_t end) const;
};

}  // namespace hookflow
