#include <algorithm>

#include "model/pass/layer_loop.hpp"

// Edits, in the rows that a sequence holds at a place.

namespace hookflow {
namespace {

/// Which rows an intervention changes, of rows at these positions.
std::vector<std::size_t> chosen_rows(const Intervention& edit, const FedPrompt& fed,
                                     std::span<const std::size_t> positions) {
  const PositionSet chosen = edited_positions(edit, fed);
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < positions.size(); ++row) {
    if (chosen.contains(positions[row])) rows.push_back(row);
  }
  return rows;
}

Tensor copy_of(View values) {
  Tensor copy({values.rows, values.columns});
  for (std::size_t row = 0; row < values.rows; ++row) {
    std::ranges::copy(values.row(row), copy.matrix().row(row).begin());
  }
  return copy;
}

}  // namespace

bool LayerLoop::edits(const HookPoint& place, std::size_t sequence) const {
  const auto there = edits_.find(place);
  return there != edits_.end() && there->second.contains(sequence);
}

bool LayerLoop::reads_all_rows(const HookPoint& place, std::size_t sequence) const {
  if (!edits(place, sequence)) return false;
  return std::ranges::any_of(edits_.at(place).at(sequence), [&](std::size_t index) {
    return takes_all_rows((*plan_.sequence(sequence).variant)[index], sequence);
  });
}

bool LayerLoop::takes_all_rows(const Intervention& edit, std::size_t sequence) const {
  if (!edit.with->reads_all_rows()) return false;
  if (plan_.sequence(sequence).asks_scalars) return true;
  const RowLayout& rows = edit.at.kind == HookKind::pattern ? plan_.made(edit.at) : plan_.held(edit.at);
  const PositionSet edited = edited_positions(edit, plan_.sequence(sequence).fed);
  return std::ranges::any_of(rows.positions(sequence),
                             [&](std::size_t position) { return edited.contains(position); });
}

void LayerLoop::edit(const HookPoint& place) {
  const auto there = edits_.find(place);
  if (there == edits_.end()) return;
  const RowLayout& held = plan_.held(place);
  for (const auto& [sequence, interventions] : there->second) {
    edit_block(place, sequence, {}, held.positions(sequence),
               buffers_.of(place.kind).row_range(held.first(sequence), held.count(sequence)));
  }
}

void LayerLoop::edit_block(const HookPoint& place, std::size_t sequence, std::optional<std::size_t> head,
                           std::span<const std::size_t> positions, MutableView block) {
  const FedPrompt& fed = plan_.sequence(sequence).fed;
  Tensor whole;  // as it was before any edit
  View original = block;
  if (reads_all_rows(place, sequence)) {
    whole = head ? copy_of(block.row_range(0, fed.prompt).column_range(0, fed.prompt))
                 : whole_place(place, sequence);
    original = whole.matrix();
  }
  const std::size_t e = config_.head_width;
  for (const std::size_t index : edits_.at(place).at(sequence)) {
    const Intervention& edit = (*plan_.sequence(sequence).variant)[index];
    if (head && edit.head.value_or(*head) != *head) continue;
    if (edit.with->reads_all_rows() && !takes_all_rows(edit, sequence)) continue;
    const auto rows = chosen_rows(edit, fed, positions);
    const auto replace = [&](std::size_t of_head, std::size_t column, std::size_t width) {
      const auto given = given_rows(edit, sequence, of_head, rows, positions);
      return edit.with->edit({rows, original.column_range(column, std::min(width, original.columns)),
                              block.column_range(column, width), given});
    };
    if (edit.head) {
      const float scalar = head ? replace(*head, 0, block.columns) : replace(*edit.head, *edit.head * e, e);
      // Others are known, and blocks of a pattern's queries are edited side by side.
      if (edit.with->reads_all_rows()) record_.edit_scalars[sequence][index] = scalar;
    } else if (head || !edit.with->head_by_head() || !has_heads(place.kind)) {
      replace(head.value_or(0), 0, block.columns);
    } else {
      for (std::size_t each = 0; each < config_.heads; ++each) replace(each, each * e, e);
    }
  }
}

std::vector<std::span<const float>> LayerLoop::given_rows(const Intervention& edit, std::size_t sequence,
                                                          std::size_t head, std::span<const std::size_t> rows,
                                                          std::span<const std::size_t> positions) const {
  std::vector<std::span<const float>> given;
  if (!edit.with->takes_given()) return given;
  const RowSource& source = *plan_.sequence(sequence).given->at(edit.source.value());
  for (const std::size_t row : rows) given.push_back(source.row(edit.at, head, positions[row]));
  return given;
}

Tensor LayerLoop::whole_place(const HookPoint& place, std::size_t sequence) const {
  const RowLayout& held = plan_.held(place);
  const MutableView values = buffers_.of(place.kind);
  Tensor whole({plan_.sequence(sequence).fed.prompt, values.columns});
  for (std::size_t position = 0; position < whole.shape[0]; ++position) {
    const std::size_t row = held.find(sequence, position);
    const std::span<const float> from = row == held.count(sequence)
                                            ? clean_row(place, sequence, position)
                                            : std::span<const float>(values.row(held.first(sequence) + row));
    std::ranges::copy(from, whole.matrix().row(position).begin());
  }
  return whole;
}

}  // namespace hookflow
