#include "model/rows/row_plan.hpp"

#include <algorithm>
#include <ranges>
#include <stdexcept>

namespace hookflow {

RowPlan::RowPlan(const Config& config, std::vector<Sequence> sequences)
    : sequences_(std::move(sequences)), made_(config.layers), held_(config.layers) {
  for (const Sequence& sequence : sequences_)
    for (const auto& [place, positions] : sequence.asks) asked_places_.insert(place);
  for (const Sequence& sequence : std::views::reverse(sequences_)) {
    const ChangedRows& changed = changed_.emplace_back(config, sequence.fed, sequence.variant);
    const NeededRows& needed = needed_.emplace_back(config, sequence, changed);
    if (!sequence.parent) continue;
    Asks& asks = sequences_.at(*sequence.parent).asks;
    needed.of_parent.for_each([&](const HookPoint& place, const PositionSet& read) {
      if (!read.empty()) asks[place] |= read;
    });
  }
  std::ranges::reverse(changed_);
  std::ranges::reverse(needed_);
  lay_out(config);
}

void RowPlan::lay_out(const Config& config) {
  const auto layout = [&](const HookPoint& place, auto rows_of) {
    RowLayout rows;
    for (const NeededRows& needed : needed_) rows.add((needed.*rows_of)[place].any().positions());
    most_rows_ = std::max(most_rows_, rows.rows());
    return rows;
  };
  first_layer_ = config.layers;
  held_.for_each([&](const HookPoint& place, const RowLayout& /*none yet*/) {
    made_[place] = layout(place, &NeededRows::made);
    held_[place] = layout(place, &NeededRows::held);
    if (made_[place].rows() + held_[place].rows() == 0) return;
    layers_ = std::max(layers_, layers_to(place, config));
    if (in_block(place.kind)) first_layer_ = std::min(first_layer_, place.layer);
  });
  first_layer_ = std::min(first_layer_, layers_);
}

std::optional<std::size_t> RowPlan::holder(std::size_t sequence, const HookPoint& place, std::size_t head,
                                           std::size_t position) const {
  while (!needed_[sequence].held[place].has(head, position)) {
    if (!is_changed(sequence, place, head, position)) return std::nullopt;
    if (!sequences_[sequence].parent) throw std::logic_error("nobody holds a row of " + to_string(place));
    sequence = *sequences_[sequence].parent;
  }
  return sequence;
}

bool RowPlan::is_changed(std::size_t sequence, const HookPoint& place, std::size_t head,
                         std::size_t position) const {
  const ChangedRows& changed = changed_[sequence];
  if (place.kind == HookKind::k || place.kind == HookKind::v)
    return changed.keys_or_values(place.layer).contains(position);
  return changed.after[place].has(head, position);
}

}  // namespace hookflow
