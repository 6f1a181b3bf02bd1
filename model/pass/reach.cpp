#include <algorithm>

#include "model/pass/layer_loop.hpp"

// What happens when a pass reaches a place: sequences join, edits are made, values are kept and captured.

namespace hookflow {
namespace {

Tensor copy_of(View values) {
  Tensor copy({values.rows, values.columns});
  for (std::size_t row = 0; row < values.rows; ++row) {
    std::ranges::copy(values.row(row), copy.matrix().row(row).begin());
  }
  return copy;
}

// Of what a place holds at every position, the rows (and of a pattern the keys) of the prompt without its
// answer.
View of_prompt(const HookPoint& point, const FedLength& fed, View values) {
  const View rows = values.row_range(0, fed.prompt);
  return point.kind == HookKind::pattern ? rows.column_range(0, fed.prompt) : rows;
}

}  // namespace

void LayerLoop::reach(const HookPoint& point) {
  join(point);
  edit(point);
  if (kept_ != nullptr) {
    if (const auto kept = kept_->kept.find(point); kept != kept_->kept.end()) {
      kept->second = copy_of(rows(point.kind));
    }
  }
  captures_.take(point, layout(point.kind), rows(point.kind));
}

void LayerLoop::join(const HookPoint& point) {
  for (; active_ < sequences_.size() && sequences_[active_].joins == point; ++active_) {
    const Sequence& sequence = sequences_[active_];
    for (const HookKind kind : join_of(sequence.own_from.kind).inherits) {
      const Tensor& kept = clean_->kept.at({kind, point.layer});
      const MutableView values = buffers_.of(kind);
      const RowLayout& held = layout(kind);
      const auto positions = held.positions(active_);
      for (std::size_t i = 0; i < positions.size(); ++i) {
        const auto from = kept.matrix().row(clean_->rows.first(sequence.prompt) + positions[i]);
        std::ranges::copy(from, values.row(held.first(active_) + i).begin());
      }
    }
  }
}

void LayerLoop::edit(const HookPoint& point) {
  const auto edits = edits_.find(point);
  if (edits == edits_.end()) {
    return;
  }
  const RowLayout& held = layout(point.kind);
  for (const auto& [sequence, interventions] : edits->second) {
    edit_block(point, sequence, {},
               buffers_.of(point.kind).row_range(held.first(sequence), held.count(sequence)));
  }
}

bool LayerLoop::edits(const HookPoint& point, std::size_t sequence) const {
  const auto at_point = edits_.find(point);
  return at_point != edits_.end() && at_point->second.contains(sequence);
}

void LayerLoop::edit_block(const HookPoint& point, std::size_t sequence, std::optional<std::size_t> head,
                           MutableView block) {
  if (!edits(point, sequence)) {
    return;
  }
  const auto& indices = edits_.at(point).at(sequence);
  const Tensor before = indices.size() > 1 ? copy_of(block) : Tensor();
  const View original = indices.size() > 1 ? before.matrix() : block;
  for (const std::size_t index : indices) {
    const Intervention& intervention = (*sequences_[sequence].variant)[index];
    if (head && intervention.head.value_or(*head) != *head) {
      continue;
    }
    const FedLength& fed = sequences_[sequence].fed;
    const auto rows = chosen_rows(intervention.positions, fed, layout(point.kind).positions(sequence));
    const View source = intervention.with->reads_all_rows() ? of_prompt(point, fed, original) : original;
    const auto replace = [&](std::size_t column, std::size_t width) {
      return intervention.with->edit(rows, source.column_range(column, std::min(width, source.columns)),
                                     block.column_range(column, width));
    };
    const std::size_t e = config_.head_width;
    if (intervention.head) {
      const float scalar = head ? replace(0, block.columns) : replace(*intervention.head * e, e);
      sequences_[sequence].result->edit_scalars[index] = scalar;
    } else if (head || !intervention.with->head_by_head()) {
      replace(0, block.columns);
    } else {
      for (std::size_t each = 0; each < config_.heads; ++each) {
        replace(each * e, e);
      }
    }
  }
}

std::vector<std::size_t> LayerLoop::chosen_rows(const Positions& chosen, const FedLength& fed,
                                                std::span<const std::size_t> held) {
  std::vector<std::size_t> positions = chosen.resolve(fed);
  std::ranges::sort(positions);
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < held.size(); ++row) {
    if (std::ranges::binary_search(positions, held[row])) {
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace hookflow
