#include "model/rows/row_layout.hpp"

#include <algorithm>

namespace hookflow {

void RowLayout::add(std::span<const std::size_t> positions) {
  positions_.insert(positions_.end(), positions.begin(), positions.end());
  first_.push_back(positions_.size());
}

std::span<const std::size_t> RowLayout::positions(std::size_t sequence) const {
  return std::span(positions_).subspan(first(sequence), count(sequence));
}

std::size_t RowLayout::find(std::size_t sequence, std::size_t position) const {
  const auto held = positions(sequence);
  const auto found = std::lower_bound(held.begin(), held.end(), position);
  return found != held.end() && *found == position ? static_cast<std::size_t>(found - held.begin())
                                                   : held.size();
}

}  // namespace hookflow
