#include <algorithm>
#include <string>
#include <string_view>

#include "model/gpt2/gpt2.hpp"

namespace hookflow::gpt2 {
namespace {

void want_layer(TensorTable& table, const std::string& name, const Config& config, LayerWeights& layer) {
  const std::size_t d = config.width;
  const std::size_t f = config.mlp_width;
  table.norm(name + ".ln_1", d, layer.attention_norm);
  table.linear(name + ".attn.c_attn", d, 3 * d, layer.qkv);
  table.linear(name + ".attn.c_proj", d, d, layer.attention_out);
  table.norm(name + ".ln_2", d, layer.mlp_norm);
  table.linear(name + ".mlp.c_fc", d, f, layer.mlp_in);
  table.linear(name + ".mlp.c_proj", f, d, layer.mlp_out);
}

// The embedding and what turns the residual stream into logits: one matrix when they are tied, under either
// name.
void want_embeddings(TensorTable& table, const Config& config, Weights& weights) {
  const bool has_wte = table.has("wte.weight");
  const bool has_head = table.has("lm_head.weight");
  const bool only_head = config.tied_embeddings && has_head && !has_wte;
  table.matrix(only_head ? "lm_head.weight" : "wte.weight", config.vocabulary, config.width,
               weights.token_embedding);
  if (!config.tied_embeddings)
    table.matrix("lm_head.weight", config.vocabulary, config.width, weights.unembedding);
  else if (has_head && has_wte)
    table.repeats("lm_head.weight", "wte.weight",
                  "though config.json ties them; to use both, set tie_word_embeddings to false");
  if (table.has("lm_head.bias")) table.vector("lm_head.bias", config.vocabulary, weights.unembedding_bias);
}

}  // namespace

void name_tensors(TensorTable& table, const Config& config, Weights& weights) {
  want_embeddings(table, config, weights);
  table.matrix("wpe.weight", config.context, config.width, weights.position_embedding);
  for (std::size_t layer = 0; layer < config.layers; ++layer)
    want_layer(table, "h." + std::to_string(layer), config, weights.layers[layer]);
  table.norm("ln_f", config.width, weights.final_norm);
}

// transformers' GPT2DoubleHeadsModel and GPT2For...Classification, GPT2ForQuestionAnswering; TRL's and trlX's
// value heads.
bool is_head_of_another_task(const std::string& name) {
  constexpr std::string_view kHeads[] = {"multiple_choice_head.", "score.",  "classifier.",
                                         "qa_outputs.",           "v_head.", "value_head."};
  return std::ranges::any_of(kHeads, [&](std::string_view head) { return name.starts_with(head); });
}

bool is_mask(const std::string& name) {
  return name.starts_with("h.") && (name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias"));
}

}  // namespace hookflow::gpt2
