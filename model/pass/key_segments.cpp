#include "model/pass/key_segments.hpp"

namespace hookflow {
namespace {

View in_layout(View matrix, const RowLayout& rows, std::size_t sequence, std::size_t position) {
  return matrix.row_range(rows.first(sequence) + rows.find(sequence, position), 1);
}

/// None where no sequence reads it.
const KeptPlace* kept(const PassRecord* clean, const HookPoint& place) {
  const auto* found = clean == nullptr ? nullptr : clean->find(place);
  return found == nullptr ? nullptr : found->get();
}

bool follows(const View& segment, const View& next) {
  return segment.data + segment.rows * segment.stride == next.data;
}

}  // namespace

void add_row(std::size_t position, View key, View value, KeySegments& segments) {
  if (!segments.empty() && follows(segments.back().keys, key) && follows(segments.back().values, value)) {
    ++segments.back().keys.rows;
    ++segments.back().values.rows;
  } else {
    segments.push_back({position, key, value});
  }
}

KeySegments KeySources::of(std::size_t sequence, std::size_t end) const {
  const HookPoint k{HookKind::k, layer}, v{HookKind::v, layer};
  const KeptPlace* const kept_k = kept(clean, k);
  const KeptPlace* const kept_v = kept(clean, v);
  const std::size_t prompt = plan.sequence(sequence).prompt;
  KeySegments segments = past == nullptr ? KeySegments() : past->of[prompt][layer];
  for (std::size_t position = segments.empty() ? 0 : segments.back().end(); position < end; ++position) {
    if (const auto here = plan.holder(sequence, k, 0, position)) {
      add_row(position, in_layout(keys, plan.held(k), *here, position),
              in_layout(values, plan.held(v), *here, position), segments);
    } else {
      const std::size_t holder = clean->plan.holder(prompt, k, 0, position).value();
      add_row(position, in_layout(kept_k->values(), kept_k->rows(), holder, position),
              in_layout(kept_v->values(), kept_v->rows(), holder, position), segments);
    }
  }
  return segments;
}

}  // namespace hookflow
