#include "model/pass/row_layout.hpp"

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

void keep_rows(const RowLayout& from, const RowLayout& to, std::size_t sequences, MutableView values) {
  for (std::size_t sequence = 0; sequence < sequences; ++sequence) {
    const auto positions = to.positions(sequence);
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const auto source = values.row(from.first(sequence) + from.find(sequence, positions[i]));
      // A row never moves down, so none is overwritten before it has moved.
      std::copy(source.begin(), source.end(), values.row(to.first(sequence) + i).begin());
    }
  }
}

}  // namespace hookflow
