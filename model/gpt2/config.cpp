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
constexpr Fixed kFixedSettings[] = {
    {"scale_attn_weights", true}, {"add_cross_attention", false}, {"is_encoder_decoder", false}};

// Settings that stand for code or weights of another kind, unless null or empty.
constexpr const char* kForeignSettings[] = {"quantization_config", "auto_map", "pruned_heads"};

// The names that transformers has for these settings in every family (GPT2Config.attribute_map); a width of
// the MLP that is not so is found by the shapes of the tensors.
constexpr std::pair<const char*, const char*> kOtherNames[] = {{"num_hidden_layers", "n_layer"},
                                                               {"num_attention_heads", "n_head"},
                                                               {"hidden_size", "n_embd"},
                                                               {"intermediate_size", "n_inner"},
                                                               {"max_position_embeddings", "n_positions"}};

// What transformers does not read for a GPT-2: no harm beside the name that it reads, but alone it would say
// one thing and mean another.
void check_unread(Settings& settings, const Config& config) {
  if (settings.is_given("layer_norm_eps") &&
      settings.not_negative("layer_norm_eps", 0) != config.layer_norm_epsilon)
    settings.refuse(
        "layer_norm_eps",
        "is not a setting of gpt2, and differs from its layer_norm_epsilon, which is " +
            std::string(settings.is_given("layer_norm_epsilon") ? settings.at("layer_norm_epsilon").dump()
                                                                : "1e-05 by default"));
  if (settings.is_given("hidden_act") && !settings.is_given("activation_function") &&
      settings.activation("hidden_act", config.activation) != config.activation)
    settings.refuse("hidden_act", "is not a setting of gpt2; must be called activation_function");
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
  for (const auto& [theirs, ours] : kOtherNames) settings.alias(theirs, ours);
  check_unsupported(settings);
  Config config;
  config.layers = settings.size("n_layer", kMaxLayers);
  config.heads = settings.size("n_head");
  config.width = settings.size("n_embd");
  config.context = settings.size("n_positions");
  config.vocabulary = settings.size("vocab_size");
  config.mlp_width = settings.is_given("n_inner") ? settings.size("n_inner") : 4 * config.width;
  config.layer_norm_epsilon = settings.not_negative("layer_norm_epsilon", 1e-5F);
  config.activation = settings.activation("activation_function", Activation::gelu_new);
  config.inverse_layer_scale = settings.flag("scale_attn_by_inverse_layer_idx", false);
  settings.flag("reorder_and_upcast_attn", false);  // changes the order of half-precision arithmetic alone
  config.tied_embeddings = settings.flag("tie_word_embeddings", true);
  if (settings.has("bos_token_id") && settings.at("bos_token_id").is_number_integer())
    config.bos_token = settings.at("bos_token_id").get<std::int64_t>();
  if (settings.has("eos_token_id") && settings.at("eos_token_id").is_number_integer())
    config.eos_token = settings.at("eos_token_id").get<std::int64_t>();
  config.modules = &module_names();
  check_unread(settings, config);
  if (config.heads != 0) {
    config.head_width = config.width / config.heads;
    if (config.width % config.heads != 0)
      settings.refuse("n_head", "does not divide n_embd = " + std::to_string(config.width));
  }
  return config;
}

}  // namespace hookflow::gpt2
