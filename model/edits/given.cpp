#include "model/edits/given.hpp"

#include <algorithm>

namespace hookflow {

float Taken::edit(const EditedRows& at) const {
  for (std::size_t i = 0; i < at.rows.size(); ++i) {
    // A row of scores or of a pattern has the keys that the queries of its block see, at most.
    const std::size_t columns = std::min(at.given[i].size(), at.block.columns);
    std::ranges::copy(at.given[i].first(columns), at.block.row(at.rows[i]).begin());
  }
  return kNoScalar;
}

float AddedRows::edit(const EditedRows& at) const {
  for (std::size_t i = 0; i < at.rows.size(); ++i) {
    const auto row = at.block.row(at.rows[i]);
    std::ranges::transform(row, at.given[i], row.begin(),
                           [this](float own, float given) { return own + times_ * given; });
  }
  return kNoScalar;
}

}  // namespace hookflow
