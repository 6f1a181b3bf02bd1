#include "model/hooks/module_names.hpp"

#include "model/gpt2/gpt2.hpp"

namespace hookflow::gpt2 {

const ModuleNames& module_names() {
  using enum HookKind;
  static const ModuleNames names = {"transformer.",
                                    "h.",
                                    {
                                        {"wte:output", {embed}},
                                        {"wpe:output", {pos_embed}},
                                        {"h.*:input", {resid_pre}},
                                        {"h.*.ln_1:input", {resid_pre}},
                                        {"h.*.ln_1:output", {ln1_normalized}},
                                        {"h.*.attn:input", {ln1_normalized}},
                                        {"h.*.attn.c_attn:input", {ln1_normalized}},
                                        {"h.*.attn.c_attn:output", {q, k, v}},
                                        {"h.*.attn.c_proj:input", {z}},
                                        {"h.*.attn.c_proj:output", {attn_out}},
                                        {"h.*.attn:output", {attn_out}},
                                        {"h.*.ln_2:input", {resid_mid}},
                                        {"h.*.ln_2:output", {ln2_normalized}},
                                        {"h.*.mlp:input", {ln2_normalized}},
                                        {"h.*.mlp.c_fc:input", {ln2_normalized}},
                                        {"h.*.mlp.c_fc:output", {mlp_pre}},
                                        {"h.*.mlp.act:input", {mlp_pre}},
                                        {"h.*.mlp.act:output", {mlp_post}},
                                        {"h.*.mlp.c_proj:input", {mlp_post}},
                                        {"h.*.mlp.c_proj:output", {mlp_out}},
                                        {"h.*.mlp:output", {mlp_out}},
                                        {"h.*:output", {resid_post}},
                                        {"ln_f:output", {ln_final_normalized}},
                                        {"lm_head:input", {ln_final_normalized}},
                                        {"lm_head:output", {logits}},
                                    }};
  return names;
}

}  // namespace hookflow::gpt2
