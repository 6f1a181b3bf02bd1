#include <algorithm>

#include "model/numerics/ops.hpp"
#include "model/numerics/parallel.hpp"
#include "model/pass/layer_loop.hpp"

namespace hookflow {
namespace {

// Queries are taken this many at a time, against the keys up to the last of them: of a long prompt, most of
// the half that the mask hides is not computed.
constexpr std::size_t kQueryBlock = 128;
// A task for one core does at least about so many multiplications; heads of short prompts are put together.
constexpr std::size_t kTaskWork = std::size_t{1} << 18U;

// What an edit may have put where a query looks at tokens of an answer that stand behind it, (m, p).
void hide_answer(const FedLength& fed, std::span<const std::size_t> queries, MutableView pattern) {
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const std::size_t first = std::max(queries[i] + 1, fed.prompt);
    std::ranges::fill(pattern.row(i).subspan(std::min(first, pattern.columns)), 0.0F);
  }
}

}  // namespace

std::vector<LayerLoop::HeadQueries> LayerLoop::attention_work(std::size_t layer) const {
  using enum HookKind;
  const bool captured = captures_.wants({scores_raw, layer}) || captures_.wants({attn_scores, layer}) ||
                        captures_.wants({pattern, layer});
  std::vector<HeadQueries> work;
  for (std::size_t sequence = 0; sequence < active_; ++sequence) {
    // What is captured or edited is there for all queries and keys, hidden ones too.
    const bool whole = captured || edits({pattern, layer}, sequence);
    const auto positions = current_->positions(sequence);
    const std::size_t step = whole ? std::max<std::size_t>(1, positions.size()) : kQueryBlock;
    for (std::size_t head = 0; head < config_.heads; ++head) {
      for (std::size_t first = 0; first < positions.size(); first += step) {
        const std::size_t count = std::min(step, positions.size() - first);
        const std::size_t keys = whole ? sequences_[sequence].fed.all() : positions[first + count - 1] + 1;
        work.push_back({sequence, head, first, count, keys});
      }
    }
  }
  return work;
}

void LayerLoop::attend(std::size_t layer) {
  const std::vector<HeadQueries> work = attention_work(layer);
  std::size_t largest = 1;
  for (const HeadQueries& item : work) {
    largest = std::max(largest, item.count * item.keys);
  }
  const std::size_t block = 1 + kTaskWork / (largest * config_.head_width);
  parallel_blocks(block_count(work.size(), block), [&](std::size_t index) {
    const auto scores = std::make_unique_for_overwrite<float[]>(largest);
    for (std::size_t i = index * block; i < std::min(work.size(), (index + 1) * block); ++i) {
      attend_head(layer, work[i], MutableView(scores.get(), work[i].count, work[i].keys));
    }
  });
}

void LayerLoop::attend_head(std::size_t layer, const HeadQueries& work, MutableView scores) {
  using enum HookKind;
  const std::size_t e = config_.head_width;
  const auto positions = current_->positions(work.sequence).subspan(work.first, work.count);
  const auto of_head = [&](HookKind kind, std::size_t first, std::size_t count) {
    return buffers_.of(kind)
        .row_range(layout(kind).first(work.sequence) + first, count)
        .column_range(work.head * e, e);
  };
  const auto capture = [&](HookKind kind) {
    captures_.take_square({kind, layer}, work.sequence, work.head, positions, scores);
  };
  attention_scores(of_head(q, work.first, work.count), of_head(k, 0, work.keys), scores);  // (m, p)
  capture(scores_raw);
  scale_and_mask(config_.score_scale(layer), positions, scores);
  capture(attn_scores);
  causal_softmax(positions, scores);
  if (edits({pattern, layer}, work.sequence)) {
    edit_block({pattern, layer}, work.sequence, work.head, scores);
    hide_answer(sequences_[work.sequence].fed, positions, scores);
  }
  capture(pattern);
  mix_values(scores, of_head(v, 0, work.keys), of_head(z, work.first, work.count));  // (m, e)
}

void LayerLoop::capture_head_results(std::size_t layer) {
  const HookPoint point{HookKind::result, layer};
  if (!captures_.wants(point)) {
    return;
  }
  const std::size_t e = config_.head_width;
  const View projection = model_.weights.layers[layer].attention_out.weight;  // (a, d)
  for (const std::size_t head : captures_.heads(point)) {
    const LinearWeights of_head{projection.row_range(head * e, e), {}};
    linear(rows(HookKind::z).column_range(head * e, e), of_head, rows(HookKind::attn_out));  // (m, d)
    captures_.take_head(point, head, *current_, rows(HookKind::attn_out));
  }
}

}  // namespace hookflow
