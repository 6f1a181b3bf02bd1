#include "model/gpt2/config.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.hpp"
#include "model/files/mapped_file.hpp"
#include "model/files/strict_json.hpp"

namespace hookflow {
namespace {

// Far above any model, and low enough that the product of any two, in bytes, fits std::size_t.
constexpr std::size_t kMaxSize = std::size_t{1} << 24U;
constexpr std::size_t kMaxLayers = 4096;

constexpr std::pair<std::string_view, Activation> kActivations[] = {
    {"gelu_new", Activation::gelu_new}, {"gelu", Activation::gelu}, {"relu", Activation::relu}};

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

// Reads settings one by one and gathers everything that is wrong with them.
class SettingsReader {
 public:
  SettingsReader(const FlatJson& json, std::string file) : json_(json), file_(std::move(file)) {}

  void refuse(const std::string& key, const std::string& rule) {
    const std::string value = json_.contains(key) ? " = " + json_[key].dump().substr(0, 80) : "";
    problems_ += (problems_.empty() ? "" : "\n") + file_ + ": " + key + value + ": " + rule;
  }

  // From 1 to `largest`; 0 after a complaint.
  std::size_t size(const char* key, std::size_t largest = kMaxSize) {
    if (!json_.contains(key)) return refuse(key, "is missing"), 0;
    const FlatJson& value = json_[key];
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < 1 || value.get<std::uint64_t>() > largest)
      return refuse(key, "must be a whole number from 1 to " + std::to_string(largest)), 0;
    return value.get<std::size_t>();
  }

  bool flag(const char* key, bool otherwise) {
    if (!json_.contains(key)) return otherwise;
    if (!json_[key].is_boolean()) return refuse(key, "must be true or false"), otherwise;
    return json_[key].get<bool>();
  }

  void check_family() {
    if (!json_.contains("model_type")) return refuse("model_type", "is missing; only gpt2 is supported");
    if (json_["model_type"] != "gpt2") refuse("model_type", "is not supported; only gpt2 is");
    for (const auto& [theirs, ours] : kOtherNames)
      if (json_.contains(theirs)) refuse(theirs, std::string("is no setting of gpt2; spell it ") + ours);
  }

  void check_unsupported() {
    for (const auto& [key, supported] : kFixedSettings)
      if (flag(key, supported) != supported)
        refuse(key, std::string("is not supported; only ") + (supported ? "true" : "false") + " is");
    for (const char* key : kForeignSettings)
      if (json_.contains(key) && !json_[key].empty()) refuse(key, "is not supported");
  }

  Activation activation() {
    const char* key = "activation_function";
    if (!json_.contains(key)) return Activation::gelu_new;
    for (const auto& [name, activation] : kActivations)
      if (json_[key] == name) return activation;
    refuse(key, "is not supported; gelu_new, gelu and relu are");
    return Activation::gelu_new;
  }

  float epsilon() {
    const char* key = "layer_norm_epsilon";
    if (!json_.contains(key)) return 1e-5F;
    const double value = json_[key].is_number() ? json_[key].get<double>() : -1;
    if (!(value >= 0 && value <= std::numeric_limits<float>::max()))
      refuse(key, "must be a number that is not negative");
    return static_cast<float>(value);
  }

  // Throws everything that was found wrong, one line each.
  void finish() const {
    if (!problems_.empty()) throw ModelError(problems_);
  }

 private:
  const FlatJson& json_;
  std::string file_;
  std::string problems_;
};

}  // namespace

Config Config::load(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "config.json";
  const MappedFile file(path);
  const FlatJson json = parse_json_object(file.text(), path.string());

  SettingsReader settings(json, path.string());
  settings.check_family();
  settings.check_unsupported();
  Config config;
  config.layers = settings.size("n_layer", kMaxLayers);
  config.heads = settings.size("n_head");
  config.width = settings.size("n_embd");
  config.context = settings.size("n_positions");
  config.vocabulary = settings.size("vocab_size");
  const bool has_inner = json.contains("n_inner") && !json["n_inner"].is_null();
  config.mlp_width = has_inner ? settings.size("n_inner") : 4 * config.width;
  config.layer_norm_epsilon = settings.epsilon();
  config.activation = settings.activation();
  config.tied_embeddings = settings.flag("tie_word_embeddings", true);
  if (config.heads != 0) {
    config.head_width = config.width / config.heads;
    if (config.width % config.heads != 0)
      settings.refuse("n_head", "does not divide n_embd = " + std::to_string(config.width));
  }
  settings.finish();
  return config;
}

std::string to_string(Activation activation) {
  for (const auto& [name, value] : kActivations)
    if (value == activation) return std::string(name);
  return "unknown";
}

}  // namespace hookflow
