#include "model/pass/layer_loop.hpp"

#include <algorithm>

#include "model/numerics/ops.hpp"
#include "model/numerics/parallel.hpp"

// The model. Shapes: n = rows of the batch, m = those still asked for (in the last layer fewer), d = model
// width, a = width of all heads together, f = MLP width, e = head width, p = positions of one sequence.

namespace hookflow {

void LayerLoop::run_clean(std::span<const std::vector<std::int32_t>> prompts, CleanPass::State& state) {
  active_ = sequences_.size();
  kept_ = &state;
  kept_->rows = all_;
  embed(prompts);
  run_layers(0);
}

void LayerLoop::run_edited(const CleanPass::State& clean) {
  clean_ = &clean;
  if (!sequences_.empty()) {
    run_layers(sequences_.front().joins.layer);
  }
}

void LayerLoop::embed(std::span<const std::vector<std::int32_t>> prompts) {
  std::vector<std::size_t> tokens;
  for (const auto& prompt : prompts) {
    tokens.insert(tokens.end(), prompt.begin(), prompt.end());
  }
  gather_rows(model_.weights.token_embedding, tokens, rows(HookKind::embed));  // (n, d)
  reach({HookKind::embed, 0});
  gather_rows(model_.weights.position_embedding, all_.positions(), rows(HookKind::pos_embed));  // (n, d)
  reach({HookKind::pos_embed, 0});
  add(rows(HookKind::pos_embed), rows(HookKind::resid_pre));  // (n, d)
}

void LayerLoop::run_layers(std::size_t first) {
  for (std::size_t layer = first; layer < layers_; ++layer) {
    run_layer(layer);
  }
  unembed();
}

void LayerLoop::run_layer(std::size_t layer) {
  using enum HookKind;
  const LayerWeights& weights = model_.weights.layers[layer];
  const std::size_t a = config_.attention_width();
  const bool last = layer + 1 == layers_;

  reach({resid_pre, layer});
  layer_norm(rows(resid_pre), weights.attention_norm, config_.layer_norm_epsilon, rows(ln1_scale),
             rows(ln1_normalized));  // (n, d)
  reach({ln1_scale, layer});
  reach({ln1_normalized, layer});

  const MutableView keys_and_values = buffers_.keys_and_values().row_range(0, all_.rows(active_));
  linear(rows(ln1_normalized), output_range(weights.qkv, a, 2 * a), keys_and_values);  // (n, 2 * a)
  narrow(last ? queries_ : all_, {buffers_.of(resid_pre), buffers_.of(ln1_normalized)});
  linear(rows(ln1_normalized), output_range(weights.qkv, 0, a), rows(q));  // (m, a)
  reach({q, layer});
  reach({k, layer});
  reach({v, layer});
  attend(layer);  // (m, a)
  reach({z, layer});

  narrow(last ? mixed_ : all_, {buffers_.of(resid_pre), buffers_.of(z)});
  capture_head_results(layer);
  linear(rows(z), weights.attention_out, rows(attn_out));  // (m, d)
  reach({attn_out, layer});
  add(rows(attn_out), rows(resid_mid));  // (m, d)
  reach({resid_mid, layer});

  narrow(last ? mlp_ : all_, {buffers_.of(resid_mid)});
  layer_norm(rows(resid_mid), weights.mlp_norm, config_.layer_norm_epsilon, rows(ln2_scale),
             rows(ln2_normalized));  // (m, d)
  reach({ln2_scale, layer});
  reach({ln2_normalized, layer});
  linear(rows(ln2_normalized), weights.mlp_in, rows(mlp_pre));  // (m, f)
  reach({mlp_pre, layer});
  activate(config_.activation, rows(mlp_pre));  // (m, f)
  reach({mlp_post, layer});
  linear(rows(mlp_post), weights.mlp_out, rows(mlp_out));  // (m, d)
  reach({mlp_out, layer});
  add(rows(mlp_out), rows(resid_post));  // (m, d)
  reach({resid_post, layer});
}

void LayerLoop::unembed() {
  narrow(final_, {buffers_.of(HookKind::resid_post)});
  const std::size_t count = current_->rows(active_);
  if (count == 0) {
    return;
  }
  using enum HookKind;
  layer_norm(rows(resid_post), model_.weights.final_norm, config_.layer_norm_epsilon, rows(ln_final_scale),
             rows(ln_final_normalized));  // (m, d)
  reach({ln_final_scale, 0});
  reach({ln_final_normalized, 0});
  if (!wanted_logits_ && !captures_.wants({logits, 0})) {
    return;
  }
  const auto memory = buffers_.make_logits(count);
  linear_transposed(rows(ln_final_normalized), model_.weights.unembedding, model_.weights.unembedding_bias,
                    rows(logits));  // (m, vocabulary)
  reach({logits, 0});
  hand_out_logits(memory);
}

void LayerLoop::hand_out_logits(const std::shared_ptr<const float[]>& memory) {
  if (!wanted_logits_) {
    return;
  }
  parallel_blocks(sequences_.size(), [&](std::size_t index) {
    const Sequence& sequence = sequences_[index];
    std::vector<std::size_t> rows = wanted_logits_->resolve(sequence.fed);
    for (std::size_t& row : rows) {
      row = current_->first(index) + current_->find(index, row);
    }
    sequence.result->logits = SharedRows(buffers_.of(HookKind::logits), memory, rows);
  });
}

}  // namespace hookflow
