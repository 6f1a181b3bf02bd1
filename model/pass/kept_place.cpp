#include "model/pass/kept_place.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "model/memory/scratch.hpp"
#include "model/numerics/parallel.hpp"

namespace hookflow {
namespace {

std::size_t longest_of(const RowPlan& plan) {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) longest = std::max(longest, plan.sequence(i).length());
  return longest;
}

RowLayout kept_rows(const HookPoint& place, const RowPlan& plan) {
  RowLayout rows;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const auto asked = plan.sequence(i).asks.find(place);
    const bool any = asked != plan.sequence(i).asks.end();
    rows.add(any ? (plan.rows(i).held[place].any() & asked->second).positions() : std::vector<std::size_t>());
  }
  return rows;
}

}  // namespace

std::size_t kept_row_floats(const HookPoint& place, const Config& config, std::size_t keys) {
  const std::size_t width = is_square(place.kind) ? keys : shape(place.kind, config).sizes.back();
  return has_heads(place.kind) ? config.heads * width : width;
}

KeptPlace::KeptPlace(const HookPoint& place, const Config& config, const RowPlan& plan)
    : place_(place), rows_(kept_rows(place, plan)), heads_(has_heads(place.kind) ? config.heads : 1) {
  const std::size_t floats = kept_row_floats(place, config, longest_of(plan));
  width_ = floats / heads_;
  memory_ = scratch_floats(rows_.rows() * floats);
  values_ = {memory_.get(), rows_.rows(), floats};
}

std::span<const float> KeptPlace::row(std::size_t sequence, std::size_t position) const {
  const std::size_t row = rows_.find(sequence, position);
  if (row == rows_.count(sequence)) {
    throw std::logic_error(to_string(place_) + " was not kept at position " + std::to_string(position));
  }
  return values_.row(rows_.first(sequence) + row);
}

void KeptPlace::take(const RowLayout& layout, View values, std::size_t head) {
  parallel_blocks(rows_.sequences(), [&](std::size_t sequence) {
    const auto positions = rows_.positions(sequence);
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const auto from = values.row(layout.first(sequence) + layout.find(sequence, positions[i]));
      std::ranges::copy(from, values_.row(rows_.first(sequence) + i).subspan(head * width_).begin());
    }
  });
}

void KeptPlace::take_queries(std::size_t sequence, std::size_t head, std::span<const std::size_t> queries,
                             View values) {
  const float hidden = place_.kind == HookKind::attn_scores ? -std::numeric_limits<float>::infinity() : 0;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const std::size_t row = rows_.find(sequence, queries[i]);
    if (row == rows_.count(sequence)) continue;
    const auto to = values_.row(rows_.first(sequence) + row).subspan(head * width_, width_);
    std::ranges::fill(std::ranges::copy(values.row(i), to.begin()).out, to.end(), hidden);
  }
}

}  // namespace hookflow
