#include "model/rows/row_plan.hpp"

#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <utility>

#include "model/numerics/parallel.hpp"

namespace hookflow {

RowPlan::RowPlan(const Config& config, std::vector<Sequence> sequences)
    : sequences_(std::move(sequences)),
      changed_(sequences_.size()),
      needed_(sequences_.size()),
      made_(config.layers),
      held_(config.layers) {
  for (const Sequence& sequence : sequences_)
    for (const auto& [place, positions] : sequence.asks) asked_places_.insert(place);
  std::vector<std::vector<std::size_t>> families;  // sequences that hang together
  std::vector<std::size_t> family(sequences_.size());
  for (std::size_t i = 0; i < sequences_.size(); ++i) {
    family[i] = sequences_[i].parent ? family[*sequences_[i].parent] : families.size();
    if (family[i] == families.size()) families.emplace_back();
    families[family[i]].push_back(i);
  }
  std::vector<Asks> read(sequences_.size());
  parallel_blocks(families.size(), [&](std::size_t index) {
    for (const std::size_t i : std::views::reverse(families[index])) plan_sequence(config, i, read);
  });
  for (const Asks& of_parent : read)
    for (const auto& [place, positions] : of_parent) shared_places_.insert(place);
  lay_out(config);
}

void RowPlan::plan_sequence(const Config& config, std::size_t index, std::vector<Asks>& read) {
  const Sequence& own = sequences_[index];
  Sequence sequence = own;
  for (const auto& [place, positions] : read[index]) sequence.asks[place] |= positions;
  changed_[index] = ChangedRows(config, sequence);
  needed_[index] = NeededRows(config, sequence, changed_[index]);
  // There are many sequences: what a pass does not ask goes.
  changed_[index].before = {};
  needed_[index].of_clean = {};
  const PlaceTable<PositionSet> read_of_parent = std::exchange(needed_[index].of_parent, {});
  if (!sequence.parent) return;
  read_of_parent.for_each([&](const HookPoint& place, const PositionSet& of_parent) {
    if (of_parent.empty()) return;
    read[*sequence.parent][place] |= of_parent;
    const auto asked = own.asks.find(place);
    if (asked == own.asks.end()) return;
    const PositionSet kept = of_parent & asked->second;
    if (!kept.empty()) sequences_[*sequence.parent].asks[place] |= kept;
  });
}

void RowPlan::lay_out(const Config& config) {
  std::vector<HookPoint> places;
  held_.for_each([&](const HookPoint& place, const RowLayout&) { places.push_back(place); });
  parallel_blocks(places.size(), [&](std::size_t i) {
    for (const NeededRows& needed : needed_) {
      made_[places[i]].add(needed.made[places[i]].any().positions());
      held_[places[i]].add(needed.held[places[i]].any().positions());
    }
  });
  first_layer_ = config.layers;
  for (const HookPoint& place : places) {
    const std::size_t rows = std::max(made(place).rows(), held(place).rows());
    if (rows == 0) continue;
    most_rows_ = std::max(most_rows_, rows);
    layers_ = std::max(layers_, layers_to(place, config));
    if (in_block(place.kind)) first_layer_ = std::min(first_layer_, place.layer);
  }
  first_layer_ = std::min(first_layer_, layers_);
}

std::size_t RowPlan::bytes(const NeededRows& rows) {
  return 3 * rows.held.bytes();  // made and held, and where they are changed
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
    return changed.has_key_or_value(place.layer, position);
  return changed.after[place].has(head, position);
}

}  // namespace hookflow
