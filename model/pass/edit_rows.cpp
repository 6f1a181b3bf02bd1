#include <algorithm>

#include "model/pass/layer_loop.hpp"
#include "model/rows/edited_rows.hpp"

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

/// A query's scores or weights before an edit that is of some keys alone.
class OtherKeys {
 public:
  explicit OtherKeys(const EditedRows& at) : at_(at), before_({at.rows.size(), at.block.columns}) {
    for (std::size_t i = 0; i < at.rows.size(); ++i)
      std::ranges::copy(at.block.row(at.rows[i]), before_.matrix().row(i).begin());
  }

  void put_back(const PositionSet& edited) {
    for (std::size_t i = 0; i < at_.rows.size(); ++i) {
      const auto row = at_.block.row(at_.rows[i]);
      for (std::size_t key = 0; key < row.size(); ++key)
        if (!edited.contains(key)) row[key] = before_.matrix().row(i)[key];
    }
  }

 private:
  const EditedRows& at_;
  Tensor before_;
};

}  // namespace

bool LayerLoop::edits(const HookPoint& place, std::size_t sequence) const {
  const auto there = edits_.find(place);
  return there != edits_.end() && there->second.contains(sequence);
}

bool LayerLoop::reads_all_rows(const HookPoint& place, std::size_t sequence) const {
  if (!edits(place, sequence)) return false;
  return std::ranges::any_of(edits_.at(place).at(sequence).own, [&](std::size_t index) {
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
  const Sequence& of = plan_.sequence(sequence);
  edit_below(place, sequence, head, positions, block);
  Tensor whole;  // as it was before any edit of its own
  View original = block;
  if (reads_all_rows(place, sequence)) {
    whole = head ? copy_of(block.row_range(0, of.fed.prompt).column_range(0, of.fed.prompt))
                 : whole_place(place, sequence);
    original = whole.matrix();
  }
  for (const std::size_t index : edits_.at(place).at(sequence).own) {
    const Intervention& edit = (*of.variant)[index];
    if (head && edit.head.value_or(*head) != *head) continue;
    if (edit.with->reads_all_rows() && !takes_all_rows(edit, sequence)) continue;
    const auto rows = chosen_rows(edit, of.fed, positions);
    const float scalar = make_edit(edit, of, head, positions, {rows, original, block});
    // Others are known, and blocks of a pattern's queries are edited side by side.
    if (edit.head && edit.with->reads_all_rows()) record_.edit_scalars[sequence][index] = scalar;
  }
}

void LayerLoop::edit_below(const HookPoint& place, std::size_t sequence, std::optional<std::size_t> head,
                           std::span<const std::size_t> positions, MutableView block) {
  const Sequence& of = plan_.sequence(sequence);
  const HeadPositions& made = plan_.rows(sequence).made[place];
  for (const std::size_t index : edits_.at(place).at(sequence).below) {
    const Intervention& edit = (*of.below)[index];
    if (head && edit.head.value_or(*head) != *head) continue;
    const std::optional<std::size_t> one_head = head ? head : edit.head;
    std::vector<std::size_t> rows = chosen_rows(edit, of.fed, positions);
    std::erase_if(rows, [&](std::size_t row) {
      return one_head ? !made.has(*one_head, positions[row]) : !made.any_has(positions[row]);
    });
    const bool mixes_heads = !one_head && has_heads(place.kind);
    const Tensor before = mixes_heads ? copy_of(block) : Tensor();
    make_edit(edit, clean_->plan.sequence(of.prompt), head, positions, {rows, block, block});
    if (!mixes_heads) continue;
    // Heads of a row that are not computed here are those of the pass below.
    const std::size_t e = config_.head_width;
    for (const std::size_t row : rows) {
      for (std::size_t each = 0; each < config_.heads; ++each) {
        if (!made.has(each, positions[row]))
          std::ranges::copy(before.matrix().row(row).subspan(each * e, e),
                            block.row(row).subspan(each * e, e).begin());
      }
    }
  }
}

float LayerLoop::make_edit(const Intervention& edit, const Sequence& of, std::optional<std::size_t> head,
                           std::span<const std::size_t> positions, const EditedRows& at) const {
  const std::size_t e = config_.head_width;
  const auto replace = [&](std::size_t of_head, std::size_t column, std::size_t width) {
    const auto from_outside = given_rows(edit, of.given, of_head, at.rows, positions);
    return edit.with->edit({at.rows, at.original.column_range(column, std::min(width, at.original.columns)),
                            at.block.column_range(column, width), from_outside});
  };
  if (head && edit.keys) {
    OtherKeys others(at);
    const float scalar = replace(*head, 0, at.block.columns);
    others.put_back(edited_keys(edit, of.fed));
    return scalar;
  }
  if (head) return replace(*head, 0, at.block.columns);
  if (edit.head) return replace(*edit.head, *edit.head * e, e);
  if (!edit.with->head_by_head() || !has_heads(edit.at.kind)) return replace(0, 0, at.block.columns);
  for (std::size_t each = 0; each < config_.heads; ++each) replace(each, each * e, e);
  return kNoScalar;
}

PositionSet LayerLoop::keys_edited(const HookPoint& place, std::size_t sequence, std::size_t head,
                                   std::size_t query) const {
  PositionSet keys;
  if (!edits(place, sequence)) return keys;
  const Sequence& of = plan_.sequence(sequence);
  for (const std::size_t index : edits_.at(place).at(sequence).own) {
    const Intervention& edit = (*of.variant)[index];
    if (edit.head.value_or(head) == head && edited_positions(edit, of.fed).contains(query))
      keys |= edited_keys(edit, of.fed);
  }
  return keys;
}

std::vector<std::span<const float>> LayerLoop::given_rows(const Intervention& edit, const RowSources* given,
                                                          std::size_t head, std::span<const std::size_t> rows,
                                                          std::span<const std::size_t> positions) {
  std::vector<std::span<const float>> taken;
  if (!edit.with->takes_given()) return taken;
  const RowSource& source = *given->at(edit.source.value());
  for (const std::size_t row : rows) taken.push_back(source.row(edit.at, head, positions[row]));
  return taken;
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
