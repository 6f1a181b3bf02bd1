#include <algorithm>
#include <cmath>
#include <memory>

#include "model/numerics/blas.hpp"
#include "model/numerics/ops.hpp"
#include "model/numerics/parallel.hpp"
#include "model/pass/layer_loop.hpp"
#include "model/pass/query_blocks.hpp"
#include "model/rows/edited_rows.hpp"

namespace hookflow {
namespace {

// A task for one core does at least about so many multiplications; heads of short prompts are put together.
constexpr std::size_t kTaskWork = std::size_t{1} << 18U;

// What an edit may have put where a query looks at tokens of an answer that stand behind it, (m, p).
void hide_answer(const FedPrompt& fed, std::span<const std::size_t> queries, MutableView pattern) {
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const std::size_t first = std::max(queries[i] + 1, fed.prompt);
    std::ranges::fill(pattern.row(i).subspan(std::min(first, pattern.columns)), 0.0F);
  }
}

bool is_finite(std::span<const float> values) {
  bool finite = true;
  for (const float value : values) finite &= std::isfinite(value);
  return finite;
}

// One query's mixture, (e), without the hidden keys whose weights are 0: 0 times what is not finite is NaN,
// and a query must not depend on tokens behind it, which other prompts do not share.
void mix_seen(std::span<const float> weights, std::size_t position, const KeySegments& segments,
              std::size_t column, std::span<float> mixed) {
  std::ranges::fill(mixed, 0.0F);
  for (const KeySegment& segment : segments) {
    for (std::size_t key = segment.first; key < std::min(segment.end(), weights.size()); ++key) {
      if (key > position && weights[key] == 0) continue;
      const auto value = segment.values.row(key - segment.first).subspan(column, mixed.size());
      for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i] += weights[key] * value[i];
    }
  }
}

}  // namespace

void LayerLoop::attend(std::size_t layer) {
  using enum HookKind;
  const RowLayout& queries = plan_.made({pattern, layer});
  hold({q, layer}, queries);
  held_[static_cast<std::size_t>(z)] = &queries;
  if (queries.rows() == 0) return;
  std::vector<bool> uncut;
  for (std::size_t i = 0; i < plan_.size(); ++i) uncut.push_back(reads_all_rows({pattern, layer}, i));
  const std::vector<QueryBlock> blocks = query_blocks(plan_, layer, uncut);
  std::vector<std::size_t> keys(plan_.size());
  std::size_t largest = 1;
  for (const QueryBlock& block : blocks) {
    std::size_t most = 0;
    for (const QueryPiece& piece : block) {
      keys[piece.sequence] = std::max(keys[piece.sequence], piece.keys);
      most = std::max(most, piece.keys);
    }
    largest = std::max(largest, most * (block.back().first + block.back().count - block.front().first));
  }
  const KeySources sources{plan_, layer, rows(k), rows(v), clean_, record_.past};
  std::vector<KeySegments> segments(plan_.size());
  parallel_blocks(segments.size(), [&](std::size_t i) { segments[i] = sources.of(i, keys[i]); });

  const std::size_t work = blocks.size() * config_.heads;
  const std::size_t task = 1 + kTaskWork / (largest * config_.head_width);
  parallel_blocks(block_count(work, task), [&](std::size_t index) {
    for (std::size_t i = index * task; i < std::min(work, (index + 1) * task); ++i) {
      attend_block(layer, i % config_.heads, blocks[i / config_.heads], segments);
    }
  });
}

void LayerLoop::attend_block(std::size_t layer, std::size_t head, const QueryBlock& block,
                             const std::vector<KeySegments>& segments) {
  using enum HookKind;
  const std::size_t e = config_.head_width;
  const RowLayout& layout = plan_.made({pattern, layer});
  QueryBlock pieces = block;
  std::erase_if(pieces, [&](const QueryPiece& piece) {
    return plan_.rows(piece.sequence).made[{pattern, layer}].of(head).empty();
  });
  if (pieces.empty()) return;
  const std::size_t top = pieces.front().first;
  const std::size_t count = pieces.back().first + pieces.back().count - top;
  const std::size_t keys = std::ranges::max(pieces, {}, &QueryPiece::keys).keys;
  const auto memory = std::make_unique_for_overwrite<float[]>(count * keys);
  const MutableView scores(memory.get(), count, keys);  // (m, p)
  const auto of_head = [&](View matrix) { return matrix.column_range(head * e, e); };

  const std::vector<KeyProduct> products = key_products(pieces, segments);
  const auto of_product = [](const KeyProduct& product, MutableView matrix) {
    return matrix.row_range(product.row, product.rows)
        .column_range(product.segment.first, product.segment.keys.rows);
  };

  const MutableView queries = buffers_.of(q).row_range(top, count).column_range(head * e, e);
  for (const KeyProduct& product : products) {
    attention_scores(queries.row_range(product.row, product.rows), of_head(product.segment.keys),
                     of_product(product, scores));
  }
  const auto each = [&](const auto& action) {
    for (const QueryPiece& piece : pieces) {
      action(piece, layout.positions().subspan(piece.first, piece.count),
             scores.row_range(piece.first - top, piece.count));
    }
  };
  const auto keep = [&](HookKind kind) {
    const auto* kept = record_.find({kind, layer});
    if (kept == nullptr) return;
    each([&](const QueryPiece& piece, auto positions, MutableView values) {
      const MutableView seen = values.column_range(0, piece.keys);
      take_clean_keys({kind, layer}, piece.sequence, head, positions, seen);
      (*kept)->take_queries(piece.sequence, head, positions, seen);
    });
  };
  keep(scores_raw);
  each([&](const QueryPiece& piece, auto positions, MutableView values) {
    scale_and_mask(config_.score_scale(layer), positions, values);
    const HookPoint place{attn_scores, layer};
    if (!edits(place, piece.sequence)) return;
    edit_block(place, piece.sequence, head, positions, values.column_range(0, piece.keys));
    causal_mask(positions, values);
  });
  keep(attn_scores);
  each([&](const QueryPiece& piece, auto positions, MutableView values) {
    causal_softmax(positions, values);
    const HookPoint place{pattern, layer};
    if (!edits(place, piece.sequence)) return;
    const MutableView seen = values.column_range(0, piece.keys);
    edit_block(place, piece.sequence, head, positions, seen);
    hide_answer(plan_.sequence(piece.sequence).fed, positions, seen);
  });
  keep(pattern);
  const MutableView mixed = buffers_.of(z).row_range(top, count).column_range(head * e, e);
  for (const KeyProduct& product : products) {
    multiply(of_product(product, scores), of_head(product.segment.values),
             mixed.row_range(product.row, product.rows), product.is_first ? Into::overwrite : Into::add);
  }
  each([&](const QueryPiece& piece, auto positions, MutableView weights) {
    for (std::size_t i = 0; i < piece.count; ++i) {
      const auto row = mixed.row(piece.first - top + i);
      if (is_finite(row)) continue;
      mix_seen(weights.row(i).first(piece.keys), positions[i], segments[piece.sequence], head * e, row);
    }
  });
}

void LayerLoop::take_clean_keys(const HookPoint& place, std::size_t sequence, std::size_t head,
                                std::span<const std::size_t> queries, MutableView scores) const {
  if (clean_ == nullptr) return;
  // A weight depends on all scores of its query.
  const bool is_weight = place.kind == HookKind::pattern;
  if (is_weight && !edits_some_keys(*plan_.sequence(sequence).variant, place)) return;
  const HookKind query = is_weight ? HookKind::attn_scores : HookKind::q;
  const PositionSet changed_queries = plan_.changed(sequence, {query, place.layer}, head);
  const PositionSet changed_keys =
      is_weight ? PositionSet() : plan_.changed(sequence, {HookKind::k, place.layer}, head);
  const PositionSet held = plan_.rows(sequence).held[place].of(head);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (changed_queries.contains(queries[i]) || !held.contains(queries[i])) continue;
    const auto clean = clean_row(place, sequence, queries[i], head);
    const PositionSet reached = changed_keys | keys_edited(place, sequence, head, queries[i]);
    for (std::size_t key = 0; key < scores.columns; ++key) {
      if (!reached.contains(key)) scores.row(i)[key] = clean[key];
    }
  }
}

}  // namespace hookflow
