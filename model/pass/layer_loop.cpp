#include <algorithm>

#include "model/memory/scratch.hpp"
#include "model/numerics/ops.hpp"
#include "model/numerics/parallel.hpp"
#include "model/pass/pass.hpp"

// The model. Shapes: n = rows of the batch, m = those still asked for (in the last layer fewer), d = model
// width, f = MLP width, e = head width, p = positions of one sequence.

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
  layer_norm(rows(resid_pre), weights.ln_1, config_.layer_norm_epsilon, rows(ln1_scale),
             rows(ln1_normalized));  // (n, d)
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
  layer_norm(rows(resid_mid), weights.ln_2, config_.layer_norm_epsilon, rows(ln2_scale),
             rows(ln2_normalized));  // (m, d)
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
  if (!wanted_logits_ && !captures_.wants({logits, 0})) {
    return;
  }
  const auto storage = scratch_floats(count * config_.vocabulary);
  logits_ = {storage.get(), count, config_.vocabulary};
  linear_transposed(rows(ln_final_normalized), model_.weights.lm_head, model_.weights.lm_head_bias,
                    rows(logits));
  reach({logits, 0});
  hand_out_logits(storage);
}

void Pass::hand_out_logits(const std::shared_ptr<const float[]>& memory) {
  if (!wanted_logits_) {
    return;
  }
  parallel_blocks(sequences_.size(), [&](std::size_t index) {
    const Sequence& sequence = sequences_[index];
    std::vector<std::size_t> rows = wanted_logits_->resolve(sequence.length);
    for (std::size_t& row : rows) {
      row = current_->first(index) + current_->find(index, row);
    }
    sequence.result->logits = SharedRows(logits_, memory, rows);
  });
}

}  // namespace hookflow
