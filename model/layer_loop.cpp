#include <algorithm>

#include "model/ops.hpp"
#include "model/parallel.hpp"
#include "model/pass.hpp"

// The model. Shapes: n = rows of the batch, m = those still asked for (in the last layer fewer), d = model width,
// f = MLP width, e = head width, p = positions of one sequence.

namespace hookflow {

void Pass::embed(std::span<const std::vector<std::int32_t>> prompts) {
  std::vector<std::size_t> tokens;
  for (const auto& prompt : prompts) {
    tokens.insert(tokens.end(), prompt.begin(), prompt.end());
  }
  gather_rows(model_.weights.wte, tokens, residual_);  // (n, d)
  reach({HookKind::embed, 0});
  gather_rows(model_.weights.wpe, all_.positions(), out_);  // (n, d)
  reach({HookKind::pos_embed, 0});
  add(out_, residual_);
}

void Pass::run_layers(std::size_t first) {
  for (std::size_t layer = first; layer < layers_; ++layer) {
    run_layer(layer);
  }
  unembed();
}

void Pass::run_layer(std::size_t layer) {
  using enum HookKind;
  const LayerWeights& weights = model_.weights.layers[layer];
  const std::size_t d = config_.width;
  const bool last = layer + 1 == layers_;

  reach({resid_pre, layer});
  layer_norm(rows(resid_pre), weights.ln_1, config_.layer_norm_epsilon, rows(ln1_scale), rows(ln1_normalized));  // (n, d)
  reach({ln1_scale, layer});
  reach({ln1_normalized, layer});

  const MutableView keys_and_values = qkv_.column_range(d, 2 * d).row_range(0, all_.rows(active_));
  linear(rows(ln1_normalized), output_range(weights.c_attn, d, 2 * d), keys_and_values);  // (n, 2 * d)
  narrow(last ? queries_ : all_, {residual_, normalized_});
  linear(rows(ln1_normalized), output_range(weights.c_attn, 0, d), rows(q));  // (m, d)
  reach({q, layer});
  reach({k, layer});
  reach({v, layer});
  attend(layer);  // (m, d)
  reach({z, layer});

  narrow(last ? mixed_ : all_, {residual_, normalized_});
  capture_head_results(layer);
  linear(rows(z), weights.c_proj, rows(attn_out));  // (m, d)
  reach({attn_out, layer});
  add(rows(attn_out), rows(resid_mid));  // (m, d)
  reach({resid_mid, layer});

  narrow(last ? mlp_ : all_, {residual_});
  layer_norm(rows(resid_mid), weights.ln_2, config_.layer_norm_epsilon, rows(ln2_scale), rows(ln2_normalized));  // (m, d)
  reach({ln2_scale, layer});
  reach({ln2_normalized, layer});
  linear(rows(ln2_normalized), weights.c_fc, rows(mlp_pre));  // (m, f)
  reach({mlp_pre, layer});
  activate(config_.activation, rows(mlp_pre));  // (m, f)
  reach({mlp_post, layer});
  linear(rows(mlp_post), weights.mlp_proj, rows(mlp_out));  // (m, d)
  reach({mlp_out, layer});
  add(rows(mlp_out), rows(resid_post));  // (m, d)
  reach({resid_post, layer});
}

void Pass::attend(std::size_t layer) {
  // Heads of one or more sequences to a block, so that short prompts do not drown in tasks.
  constexpr std::size_t kBlockWork = std::size_t{1} << 18U;
  std::size_t longest = 1;
  for (std::size_t sequence = 0; sequence < active_; ++sequence) {
    longest = std::max(longest, sequences_[sequence].length);
  }
  const std::size_t block = 1 + kBlockWork / (longest * longest * config_.head_width);
  const std::size_t heads = active_ * config_.heads;
  parallel_blocks(block_count(heads, block), [&](std::size_t index) {
    const auto scores = std::make_unique_for_overwrite<float[]>(longest * longest);
    for (std::size_t i = index * block; i < std::min(heads, (index + 1) * block); ++i) {
      const std::size_t sequence = i / config_.heads;
      const MutableView head_scores(scores.get(), current_->count(sequence), sequences_[sequence].length);
      attend_head(layer, sequence, i % config_.heads, head_scores);
    }
  });
}

void Pass::attend_head(std::size_t layer, std::size_t sequence, std::size_t head, MutableView scores) {
  using enum HookKind;
  const std::size_t e = config_.head_width;
  const auto positions = current_->positions(sequence);
  const auto of_head = [&](HookKind kind) {
    const RowLayout& held = layout(kind);
    return buffer(kind).row_range(held.first(sequence), held.count(sequence)).column_range(head * e, e);
  };
  const auto capture = [&](HookKind kind) {
    captures_.take_square({kind, layer}, sequence, head, positions, scores);
  };
  attention_scores(of_head(q), of_head(k), scores);  // (m, p)
  capture(scores_raw);
  scale_and_mask(e, positions, scores);
  capture(attn_scores);
  causal_softmax(positions, scores);
  edit_pattern({pattern, layer}, sequence, head, scores);
  capture(pattern);
  mix_values(scores, of_head(v), of_head(z));  // (m, e)
}

void Pass::capture_head_results(std::size_t layer) {
  const HookPoint point{HookKind::result, layer};
  if (!captures_.wants(point)) {
    return;
  }
  const std::size_t e = config_.head_width;
  const View projection = model_.weights.layers[layer].c_proj.weight;  // (h * e, d)
  for (const std::size_t head : captures_.heads(point)) {
    const LinearWeights of_head{projection.row_range(head * e, e), {}};
    linear(rows(HookKind::z).column_range(head * e, e), of_head, rows(HookKind::attn_out));  // (m, d)
    captures_.take_head(point, head, *current_, rows(HookKind::attn_out));
  }
}

void Pass::unembed() {
  narrow(final_, {residual_});
  const std::size_t count = current_->rows(active_);
  if (count == 0) {
    return;
  }
  using enum HookKind;
  layer_norm(rows(resid_post), model_.weights.ln_f, config_.layer_norm_epsilon, rows(ln_final_scale),
             rows(ln_final_normalized));  // (m, d)
  reach({ln_final_scale, 0});
  reach({ln_final_normalized, 0});
  const auto storage = std::make_unique_for_overwrite<float[]>(count * config_.vocabulary);
  logits_ = {storage.get(), count, config_.vocabulary};
  linear_transposed(rows(ln_final_normalized), model_.weights.lm_head, model_.weights.lm_head_bias, rows(logits));
  reach({logits, 0});
  hand_out_logits();
}

}  // namespace hookflow
