#include <utility>

#include "model/gpt2/gpt2.hpp"

namespace hookflow::gpt2 {
namespace {

constexpr std::size_t kMaxLayers = 4096;

// Settings that would change the numbers; the only value of each that is computed. A file may leave them out.
struct Fixed {
  const char* key;
  bool supported;
};
constexpr Fixed kFixedSettings[] = {{"scale_attn_weights", true},
                                    {"scale_attn_by_inverse_layer_idx", false},
                                    {"reorder_and_upcast_attn", false},
                                    {"add_cross_attention", false},
                                    {"is_encoder_decoder", false}};

// Settings that stand for code or weights of another kind, unless null or empty.
constexpr const char* kForeignSettings[] = {"quantization_config", "auto_map", "pruned_heads"};

// Names that other model families give to these settings; here they would be silently without effect.
constexpr std::pair<const char*, const char*> kOtherNames[] = {{"num_hidden_layers", "n_layer"},
                                                               {"num_attention_heads", "n_head"},
                                                               {"hidden_size", "n_embd"},
                                                               {"intermediate_size", "n_inner"},
                                                               {"max_position_embeddings", "n_positions"},
                                                               {"hidden_act", "activation_function"},
                                                               {"layer_norm_eps", "layer_norm_epsilon"}};

void check_names(Settings& settings) {
  for (const auto& [theirs, ours] : kOtherNames)
    if (settings.has(theirs)) settings.refuse(theirs, std::string("is no setting of gpt2; spell it ") + ours);
}

void check_unsupported(Settings& settings) {
  for (const auto& [key, supported] : kFixedSettings)
    if (settings.flag(key, supported) != supported)
      settings.refuse(key, std::string("is not supported; only ") + (supported ? "true" : "false") + " is");
  for (const char* key : kForeignSettings)
    if (settings.has(key) && !settings.at(key).empty()) settings.refuse(key, "is not supported");
}

}  // namespace

Config read_config(Settings& settings) {
  check_names(settings);
  check_unsupported(settings);
  Config config;
  config.layers = settings.size("n_layer", kMaxLayers);
  config.heads = settings.size("n_head");
  config.width = settings.size("n_embd");
  config.context = settings.size("n_positions");
  config.vocabulary = settings.size("vocab_size");
  const bool has_inner = settings.has("n_inner") && !settings.at("n_inner").is_null();
  config.mlp_width = has_inner ? settings.size("n_inner") : 4 * config.width;
  config.layer_norm_epsilon = settings.not_negative("layer_norm_epsilon", 1e-5F);
  config.activation = settings.activation("activation_function", Activation::gelu_new);
  config.tied_embeddings = settings.flag("tie_word_embeddings", true);
  if (settings.has("bos_token_id") && settings.at("bos_token_id").is_number_integer())
    config.bos_token = settings.at("bos_token_id").get<std::int64_t>();
  config.modules = &module_names();
  if (config.heads != 0) {
    config.head_width = config.width / config.heads;
    if (config.width % config.heads != 0)
      settings.refuse("n_head", "does not divide n_embd = " + std::to_string(config.width));
  }
  return config;
}

}  // namespace hookflow::gpt2
