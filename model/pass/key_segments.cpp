#include "model/pass/key_segments.hpp"

namespace hookflow {
namespace {

/// The matrix that a row stands in, and where.
struct Place {
  View matrix;
  std::size_t row = 0;
};

Place in_layout(View matrix, const RowLayout& rows, std::size_t sequence, std::size_t position) {
  return {matrix, rows.first(sequence) + rows.find(sequence, position)};
}

/// None where no sequence reads it.
const KeptPlace* kept(const PassRecord* clean, const HookPoint& place) {
  const auto* found = clean == nullptr ? nullptr : clean->find(place);
  return found == nullptr ? nullptr : found->get();
}

bool follows(const View& segment, const Place& next) {
  return segment.data + segment.rows * segment.stride == next.matrix.row(next.row).data();
}

}  // namespace

KeySegments KeySources::of(std::size_t sequence, std::size_t end) const {
  const HookPoint k{HookKind::k, layer}, v{HookKind::v, layer};
  const KeptPlace* const kept_k = kept(clean, k);
  const KeptPlace* const kept_v = kept(clean, v);
  KeySegments segments;
  for (std::size_t position = 0; position < end; ++position) {
    Place key, value;
    if (const auto here = plan.holder(sequence, k, 0, position)) {
      key = in_layout(keys, plan.held(k), *here, position);
      value = in_layout(values, plan.held(v), *here, position);
    } else {
      const std::size_t prompt = clean->plan.holder(plan.sequence(sequence).prompt, k, 0, position).value();
      key = in_layout(kept_k->values(), kept_k->rows(), prompt, position);
      value = in_layout(kept_v->values(), kept_v->rows(), prompt, position);
    }
    if (!segments.empty() && follows(segments.back().keys, key) && follows(segments.back().values, value)) {
      ++segments.back().keys.rows;
      ++segments.back().values.rows;
    } else {
      segments.push_back({position, key.matrix.row_range(key.row, 1), value.matrix.row_range(value.row, 1)});
    }
  }
  return segments;
}

}  // namespace hookflow
