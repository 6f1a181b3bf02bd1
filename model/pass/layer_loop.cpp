#include "model/pass/layer_loop.hpp"

#include "model/numerics/ops.hpp"

// The model. Shapes: n = rows that the operation is done for, which its plan says; d = model width, a = width
// of all heads together, f = MLP width, e = head width.

namespace hookflow {

void LayerLoop::run(std::span<const std::vector<std::int32_t>> prompts) {
  if (plan_.first_layer() == 0) embed(prompts);
  for (std::size_t layer = plan_.first_layer(); layer < plan_.layers(); ++layer) run_layer(layer);
  unembed();
}

void LayerLoop::embed(std::span<const std::vector<std::int32_t>> prompts) {
  const RowLayout& rows = plan_.made({HookKind::embed, 0});  // none of passes that stand on others
  std::vector<std::size_t> tokens;
  for (std::size_t sequence = 0; sequence < rows.sequences(); ++sequence) {
    for (const std::size_t position : rows.positions(sequence))
      tokens.push_back(static_cast<std::size_t>(prompts[sequence][position]));
  }
  gather_rows(model_.weights.token_embedding, tokens, output({HookKind::embed, 0}));  // (n, d)
  reach({HookKind::embed, 0});
  gather_rows(model_.weights.position_embedding, plan_.made({HookKind::pos_embed, 0}).positions(),
              output({HookKind::pos_embed, 0}));
  reach({HookKind::pos_embed, 0});
  const HookPoint stream{HookKind::resid_pre, 0};
  add(input(HookKind::pos_embed, stream), in_place(HookKind::embed, stream));  // (n, d)
}

void LayerLoop::run_layer(std::size_t layer) {
  using enum HookKind;
  const LayerWeights& weights = model_.weights.layers[layer];
  const std::size_t a = config_.attention_width();
  const auto at = [layer](HookKind kind) { return HookPoint{kind, layer}; };

  in_place(layer == 0 ? resid_pre : resid_post, at(resid_pre));
  reach(at(resid_pre));  // (n, d)
  layer_norm(rows(resid_pre), weights.attention_norm, config_.layer_norm_epsilon, output(at(ln1_scale)),
             output(at(ln1_normalized)));  // (n, d)
  reach(at(ln1_scale));
  reach(at(ln1_normalized));

  linear(input(ln1_normalized, at(k)), output_range(weights.qkv, a, 2 * a), output_keys_and_values(layer));

  linear(input(ln1_normalized, at(q)), output_range(weights.qkv, 0, a), output(at(q)));  // (n, a)
  reach(at(q));
  reach(at(k));
  reach(at(v));
  attend(layer);  // (n, a)
  reach(at(z));

  keep_head_results(layer);
  linear(input(z, at(attn_out)), weights.attention_out, output(at(attn_out)));  // (n, d)
  reach(at(attn_out));
  add(input(attn_out, at(resid_mid)), in_place(resid_pre, at(resid_mid)));  // (n, d)
  reach(at(resid_mid));

  layer_norm(rows(resid_mid), weights.mlp_norm, config_.layer_norm_epsilon, output(at(ln2_scale)),
             output(at(ln2_normalized)));  // (n, d)
  reach(at(ln2_scale));
  reach(at(ln2_normalized));
  linear(input(ln2_normalized, at(mlp_pre)), weights.mlp_in, output(at(mlp_pre)));  // (n, f)
  reach(at(mlp_pre));
  activate(config_.activation, in_place(mlp_pre, at(mlp_post)));  // (n, f)
  reach(at(mlp_post));
  linear(input(mlp_post, at(mlp_out)), weights.mlp_out, output(at(mlp_out)));  // (n, d)
  reach(at(mlp_out));
  add(input(mlp_out, at(resid_post)), in_place(resid_mid, at(resid_post)));  // (n, d)
  reach(at(resid_post));
}

void LayerLoop::keep_head_results(std::size_t layer) {
  const HookPoint place{HookKind::result, layer};
  if (plan_.held(place).rows() == 0) return;
  KeptPlace& kept = *record_.kept.at(place);
  const std::size_t e = config_.head_width;
  const View projection = model_.weights.layers[layer].attention_out.weight;  // (a, d)
  const View mixed = rows(HookKind::z);
  for (std::size_t head = 0; head < config_.heads; ++head) {
    const MutableView out = buffers_.of(HookKind::attn_out).row_range(0, mixed.rows);
    linear(mixed.column_range(head * e, e), {projection.row_range(head * e, e), {}}, out);  // (n, d)
    kept.take(plan_.held({HookKind::z, layer}), out, head);
  }
}

void LayerLoop::unembed() {
  using enum HookKind;
  const HookPoint scale{ln_final_scale, 0}, normalized{ln_final_normalized, 0}, out{logits, 0};
  if (plan_.made(normalized).rows() == 0) return;
  layer_norm(input(resid_post, normalized), model_.weights.final_norm, config_.layer_norm_epsilon,
             output(scale),
             output(normalized));  // (n, d)
  reach(scale);
  reach(normalized);
  if (plan_.made(out).rows() == 0) return;
  // What other prompts read, too, is read again, block after block.
  record_.logits =
      std::make_shared<const LogitBlocks>(model_, plan_.made(out), input(ln_final_normalized, out),
                                          plan_.is_shared(out) ? LogitBlocks::kAll : record_.logit_blocks);
}

}  // namespace hookflow
