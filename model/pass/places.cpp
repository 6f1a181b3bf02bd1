#include <algorithm>
#include <utility>

#include "model/pass/layer_loop.hpp"

// What happens at every place: which rows it holds, and what is kept of it.

namespace hookflow {
namespace {

constexpr std::size_t kEntering = static_cast<std::size_t>(-1);

/// For each row of `to` the row of `from` that it is; kEntering for one that `from` does not hold.
std::vector<std::size_t> sources(const RowLayout& from, const RowLayout& to) {
  std::vector<std::size_t> source;
  source.reserve(to.rows());
  for (std::size_t sequence = 0; sequence < to.sequences(); ++sequence) {
    for (const std::size_t position : to.positions(sequence)) {
      const std::size_t row = from.find(sequence, position);
      source.push_back(row == from.count(sequence) ? kEntering : from.first(sequence) + row);
    }
  }
  return source;
}

void move_row(MutableView values, std::size_t from, std::size_t to) {
  if (from != to) std::ranges::copy(values.row(from), values.row(to).begin());
}

/// Moves rows where they are to be: first up, to close the gaps of those that leave, then down, to make room
/// for those that enter. None is overwritten before it has moved.
void move_rows(const std::vector<std::size_t>& source, MutableView values) {
  std::size_t staying = 0;
  for (const std::size_t from : source) {
    if (from != kEntering) move_row(values, from, staying++);
  }
  for (std::size_t to = source.size(); to-- > 0 && staying > 0;) {
    if (source[to] != kEntering) move_row(values, --staying, to);
  }
}

std::size_t index(HookKind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

LayerLoop::LayerLoop(const Model& model, PassRecord& record, const PassRecord* clean)
    : model_(model),
      config_(model.config),
      record_(record),
      plan_(record.plan),
      clean_(clean),
      buffers_(model.config, record.plan.most_rows()) {
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    nothing_.add({});
    std::vector<float>& scalars = record_.edit_scalars.emplace_back();
    if (plan_.sequence(i).variant == nullptr) continue;
    for (const Intervention& edit : *plan_.sequence(i).variant) {
      edits_[edit.at][i].own.push_back(scalars.size());
      scalars.push_back(edit.with->known_scalar());
    }
    const Variant* below = plan_.sequence(i).below;
    for (std::size_t index = 0; below != nullptr && index < below->size(); ++index)
      edits_[(*below)[index].at][i].below.push_back(index);
  }
  held_.fill(&nothing_);
  for (const HookPoint& place : plan_.asked_places()) {
    if (place.kind != HookKind::logits)
      record_.kept[place] = std::make_shared<KeptPlace>(place, config_, plan_);
  }
}

MutableView LayerLoop::rows(HookKind kind) const {
  return buffers_.of(kind).row_range(0, held_[index(kind)]->rows());
}

MutableView LayerLoop::output(const HookPoint& place) {
  held_[index(place.kind)] = &plan_.made(place);
  return rows(place.kind);
}

MutableView LayerLoop::output_keys_and_values(std::size_t layer) {
  const std::size_t count = output({HookKind::k, layer}).rows;
  output({HookKind::v, layer});
  return buffers_.keys_and_values().row_range(0, count);
}

MutableView LayerLoop::input(HookKind from, const HookPoint& to) {
  hold({from, to.layer}, plan_.made(to));
  return rows(from);
}

MutableView LayerLoop::in_place(HookKind from, const HookPoint& to) {
  input(from, to);
  return output(to);
}

void LayerLoop::reach(const HookPoint& place) {
  hold(place, plan_.held(place));
  take_clean_heads(place);
  edit(place);
  if (const auto* kept = record_.find(place)) (*kept)->take(plan_.held(place), rows(place.kind));
}

void LayerLoop::hold(const HookPoint& place, const RowLayout& rows) {
  const RowLayout& before = *std::exchange(held_[index(place.kind)], &rows);
  if (before == rows) return;
  const std::vector<std::size_t> source = sources(before, rows);
  const MutableView values = buffers_.of(place.kind);
  move_rows(source, values);
  for (std::size_t sequence = 0; sequence < rows.sequences(); ++sequence) {
    for (std::size_t row = rows.first(sequence); row < rows.first(sequence) + rows.count(sequence); ++row) {
      if (source[row] == kEntering)
        std::ranges::copy(clean_row(place, sequence, rows.positions()[row]), values.row(row).begin());
    }
  }
}

void LayerLoop::take_clean_heads(const HookPoint& place) {
  if (place.kind != HookKind::z || clean_ == nullptr) return;
  const RowLayout& held = plan_.held(place);
  const std::size_t e = config_.head_width;
  for (std::size_t sequence = 0; sequence < held.sequences(); ++sequence) {
    const HeadPositions& made = plan_.rows(sequence).made[place];
    for (std::size_t i = 0; i < held.count(sequence); ++i) {
      const std::size_t position = held.positions(sequence)[i];
      if (made.every.contains(position)) continue;
      const auto row = buffers_.of(place.kind).row(held.first(sequence) + i);
      for (std::size_t head = 0; head < config_.heads; ++head) {
        if (made.has(head, position)) continue;
        std::ranges::copy(clean_row(place, sequence, position, head), row.subspan(head * e, e).begin());
      }
    }
  }
}

std::span<const float> LayerLoop::clean_row(const HookPoint& place, std::size_t sequence,
                                            std::size_t position) const {
  const std::size_t prompt = plan_.sequence(sequence).prompt;
  return clean_->kept.at(place)->row(clean_->plan.holder(prompt, place, 0, position).value(), position);
}

std::span<const float> LayerLoop::clean_row(const HookPoint& place, std::size_t sequence,
                                            std::size_t position, std::size_t head) const {
  const std::span<const float> row = clean_row(place, sequence, position);
  const std::size_t width = row.size() / config_.heads;
  return row.subspan(head * width, width);
}

}  // namespace hookflow
