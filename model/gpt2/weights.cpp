#include "model/gpt2/weights.hpp"

#include <string>

#include "model/files/tensor_table.hpp"
#include "model/files/weight_files.hpp"

namespace hookflow {
namespace {

void want_layer(TensorTable& table, const std::string& name, const Config& config, LayerWeights& layer) {
  const std::size_t d = config.width;
  const std::size_t f = config.mlp_width;
  table.norm(name + ".ln_1", d, layer.ln_1);
  table.linear(name + ".attn.c_attn", d, 3 * d, layer.c_attn);
  table.linear(name + ".attn.c_proj", d, d, layer.c_proj);
  table.norm(name + ".ln_2", d, layer.ln_2);
  table.linear(name + ".mlp.c_fc", d, f, layer.c_fc);
  table.linear(name + ".mlp.c_proj", f, d, layer.mlp_proj);
}

// The embedding and what turns the residual stream into logits: one matrix when they are tied, under either
// name.
void want_embeddings(TensorTable& table, const Config& config, Weights& weights) {
  const bool has_wte = table.has("wte.weight");
  const bool has_head = table.has("lm_head.weight");
  const bool only_head = config.tied_embeddings && has_head && !has_wte;
  table.matrix(only_head ? "lm_head.weight" : "wte.weight", config.vocabulary, config.width, weights.wte);
  if (!config.tied_embeddings)
    table.matrix("lm_head.weight", config.vocabulary, config.width, weights.lm_head);
  else if (has_head && has_wte)
    table.repeats("lm_head.weight", "wte.weight",
                  "though config.json ties them; tie_word_embeddings = false makes it count");
  if (table.has("lm_head.bias")) table.vector("lm_head.bias", config.vocabulary, weights.lm_head_bias);
}

}  // namespace

Weights Weights::load(const std::filesystem::path& directory, const Config& config) {
  const auto files = open_weight_files(directory);
  TensorTable table(files, files.size() == 1 ? files.front()->path() : directory);
  Weights weights;
  weights.layers.resize(config.layers);
  want_embeddings(table, config, weights);
  table.matrix("wpe.weight", config.context, config.width, weights.wpe);
  for (std::size_t layer = 0; layer < config.layers; ++layer)
    want_layer(table, "h." + std::to_string(layer), config, weights.layers[layer]);
  table.norm("ln_f", config.width, weights.ln_f);
  weights.storage_ = table.finish();
  if (config.tied_embeddings) weights.lm_head = weights.wte;
  for (const auto& file : files) weights.files_.push_back(file->path());
  return weights;
}

}  // namespace hookflow
