#include <ostream>

#include <gtest/gtest.h>

#include "model/library/library.hpp"
#include "tests/support/input_error.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tiny_gpt2.hpp"

namespace hookflow {
namespace {

Config load(const std::string& text) {
  const test::TempDir directory;
  test::write_file(directory / "config.json", text);
  return load_config(directory.path());
}

std::string refusal(const std::string& text) {
  return test::input_error([&] { load(text); });
}

std::string refusal_of(const std::string& extra) { return refusal(test::TinyGpt2().config(extra)); }

TEST(Config, ReadsGpt2SmallAsItIsPublished) {
  const Config config = load(R"({
    "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1,
    "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256, "initializer_range": 0.02,
    "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12,
    "n_layer": 12, "n_positions": 1024, "resid_pdrop": 0.1, "summary_activation": null,
    "summary_first_dropout": 0.1, "summary_proj_to_labels": true, "summary_type": "cls_index",
    "summary_use_proj": true, "vocab_size": 50257,
    "task_specific_params": {"text-generation": {"do_sample": true, "max_length": 50}}})");
  EXPECT_EQ(config.layers, 12U);
  EXPECT_EQ(config.heads, 12U);
  EXPECT_EQ(config.width, 768U);
  EXPECT_EQ(config.head_width, 64U);
  EXPECT_EQ(config.mlp_width, 3072U);
  EXPECT_EQ(config.context, 1024U);
  EXPECT_EQ(config.vocabulary, 50257U);
  EXPECT_EQ(config.layer_norm_epsilon, 1e-5F);
  EXPECT_EQ(config.activation, Activation::gelu_new);
  EXPECT_TRUE(config.tied_embeddings);
  EXPECT_EQ(config.bos_token, 50256);
  EXPECT_EQ(config.eos_token, 50256);
}

TEST(Config, ReadsWhatMayDiffer) {
  const Config config = load(test::TinyGpt2().config(
      R"(,"activation_function":"relu","layer_norm_epsilon":0.25,"tie_word_embeddings":false,
         "scale_attn_weights":true,"scale_attn_by_inverse_layer_idx":true,"reorder_and_upcast_attn":true,
         "pruned_heads":{},"auto_map":null)"));
  EXPECT_EQ(config.heads, 3U);
  EXPECT_EQ(config.head_width, 4U);
  EXPECT_EQ(config.mlp_width, 20U);
  EXPECT_EQ(config.activation, Activation::relu);
  EXPECT_EQ(config.layer_norm_epsilon, 0.25F);
  EXPECT_FALSE(config.tied_embeddings);
  EXPECT_TRUE(config.inverse_layer_scale);
  EXPECT_EQ(load(test::TinyGpt2().config(R"(,"activation_function":"gelu")")).activation, Activation::gelu);
}

TEST(Config, ScoresAreScaledByTheHeadAndWhereAskedByTheLayer) {
  Config config = load(test::TinyGpt2().config());
  EXPECT_EQ(config.head_width, 4U);
  EXPECT_EQ(config.score_scale(1), 0.5F);
  config.inverse_layer_scale = true;
  EXPECT_EQ(config.score_scale(0), 0.5F);
  EXPECT_EQ(config.score_scale(3), 0.125F);
}

TEST(Config, KnowsTheOtherNamesOfItsActivations) {
  const auto activation = [](const std::string& name) {
    return load(test::TinyGpt2().config(",\"activation_function\":\"" + name + "\"")).activation;
  };
  for (const char* name : {"gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate"})
    EXPECT_EQ(activation(name), Activation::gelu_new) << name;
  for (const char* name : {"gelu", "gelu_python"}) EXPECT_EQ(activation(name), Activation::gelu) << name;
}

TEST(Config, TakesTheNamesOfOtherFamilies) {
  const Config config = load(R"({"model_type":"gpt2","num_hidden_layers":2,"num_attention_heads":3,
                                 "hidden_size":12,"intermediate_size":20,"max_position_embeddings":7,
                                 "n_inner":null,"vocab_size":11})");
  EXPECT_EQ(config.layers, 2U);
  EXPECT_EQ(config.heads, 3U);
  EXPECT_EQ(config.width, 12U);
  EXPECT_EQ(config.mlp_width, 20U);
  EXPECT_EQ(config.context, 7U);
  EXPECT_EQ(load(test::TinyGpt2().config(R"(,"hidden_size":12,"num_hidden_layers":2)")).width, 12U);
}

TEST(Config, RefusesNamesThatDisagree) {
  const std::string message =
      refusal_of(R"(,"hidden_size":24,"num_hidden_layers":null,"intermediate_size":48)");
  EXPECT_TRUE(test::names(message, {"config.json: hidden_size = 24: is another name of n_embd, which is 12",
                                    "intermediate_size = 48: is another name of n_inner, which is 20"}));
  EXPECT_EQ(message.find("num_hidden_layers"), message.npos);
  EXPECT_TRUE(test::names(refusal(R"({"model_type":"gpt2","num_hidden_layers":0,"num_attention_heads":5,
                                      "hidden_size":12,"n_positions":7,"vocab_size":11})"),
                          {"num_hidden_layers = 0: must be a whole number",
                           "num_attention_heads = 5: does not divide n_embd = 12"}));
}

TEST(Config, WhatTransformersDoesNotReadMayNotContradictWhatItReads) {
  const Config config = load(test::TinyGpt2().config(
      R"(,"activation_function":"relu","hidden_act":"gelu","layer_norm_epsilon":0.25,"layer_norm_eps":0.25)"));
  EXPECT_EQ(config.activation, Activation::relu);
  EXPECT_EQ(config.layer_norm_epsilon, 0.25F);
  EXPECT_EQ(load(test::TinyGpt2().config(R"(,"hidden_act":"gelu_fast","layer_norm_eps":1e-5)")).activation,
            Activation::gelu_new);
  EXPECT_TRUE(test::names(
      refusal_of(R"(,"hidden_act":"relu","layer_norm_eps":1e-6)"),
      {"hidden_act = \"relu\": is not a setting of gpt2; must be called activation_function",
       "layer_norm_eps = 1e-06: is not a setting of gpt2, and differs from its layer_norm_epsilon, "
       "which is 1e-05"}));
}

TEST(Config, NullInnerWidthIsFourTimesTheWidth) {
  EXPECT_EQ(load(R"({"model_type":"gpt2","n_layer":1,"n_head":3,"n_embd":48,"n_inner":null,
                     "n_positions":8,"vocab_size":9})")
                .mlp_width,
            192U);
}

struct Unsupported {
  const char* key;
  const char* value;
  const char* rule;
};

void PrintTo(const Unsupported& setting, std::ostream* out) { *out << setting.key << " = " << setting.value; }

class UnsupportedSetting : public testing::TestWithParam<Unsupported> {};

TEST_P(UnsupportedSetting, IsRefusedByName) {
  const auto& [key, value, rule] = GetParam();
  const std::string message = refusal_of(",\"" + std::string(key) + "\":" + value);
  EXPECT_TRUE(test::names(message, {"config.json: ", std::string(key) + " = " + value + ": ", rule}));
}

INSTANTIATE_TEST_SUITE_P(
    Config, UnsupportedSetting,
    testing::Values(Unsupported{"scale_attn_by_inverse_layer_idx", "1", "must be true or false"},
                    Unsupported{"reorder_and_upcast_attn", "\"yes\"", "must be true or false"},
                    Unsupported{"scale_attn_weights", "false", "not supported; only true is"},
                    Unsupported{"add_cross_attention", "true", "not supported; only false is"},
                    Unsupported{"is_encoder_decoder", "true", "not supported; only false is"},
                    Unsupported{"add_cross_attention", "1", "must be true or false"},
                    Unsupported{"tie_word_embeddings", "null", "must be true or false"},
                    Unsupported{"activation_function", "\"silu\"", "must be gelu_new, gelu or relu"},
                    Unsupported{"activation_function", "7", "must be gelu_new, gelu or relu"},
                    Unsupported{"layer_norm_epsilon", "-0.5", "must be a number of 0 or more"},
                    Unsupported{"layer_norm_epsilon", "\"small\"", "must be a number of 0 or more"},
                    Unsupported{"layer_norm_epsilon", "1e+300", "must be a number of 0 or more"},
                    Unsupported{"quantization_config", "{\"bits\":4}", "is not supported"},
                    Unsupported{"auto_map", "{\"AutoModel\":\"x.Y\"}", "is not supported"},
                    Unsupported{"pruned_heads", "{\"0\":[1]}", "is not supported"}));

class BadSize : public testing::TestWithParam<const char*> {};

TEST_P(BadSize, IsRefused) {
  const std::string message = refusal(R"({"model_type":"gpt2","n_head":3,"n_embd":12,"n_positions":7,
                                         "vocab_size":11,"n_layer":)" +
                                      std::string(GetParam()) + "}");
  EXPECT_TRUE(
      test::names(message, {"config.json: n_layer = ", GetParam(), "must be a whole number from 1 to 4096"}));
}

INSTANTIATE_TEST_SUITE_P(Config, BadSize,
                         testing::Values("0", "-2", "2.5", "\"2\"", "null", "4097", "18446744073709551615"));

TEST(Config, RefusesOtherFamilies) {
  EXPECT_TRUE(test::names(refusal(R"({"model_type":"llama"})"),
                          {"config.json: model_type = \"llama\": is not supported; only gpt2 is"}));
  EXPECT_TRUE(test::names(refusal(R"({"n_layer":1})"), {"model_type: is missing"}));
}

TEST(Config, RefusesHeadsThatDoNotDivideTheWidth) {
  test::TinyGpt2 sizes;
  sizes.heads = 5;
  EXPECT_TRUE(test::names(refusal(sizes.config()), {"n_head = 5: does not divide n_embd = 12"}));
}

TEST(Config, ListsEverythingThatIsWrong) {
  const std::string message = refusal(R"({"model_type":"gpt2","n_layer":0,"activation_function":"tanh"})");
  EXPECT_TRUE(test::names(message, {"n_layer = 0", "n_head: is missing", "n_embd: is missing",
                                    "n_positions: is missing", "vocab_size: is missing", "tanh"}));
}

TEST(Config, RefusesMalformedJson) {
  EXPECT_TRUE(test::names(refusal("{"), {"config.json: malformed JSON near byte"}));
  EXPECT_TRUE(test::names(refusal(""), {"config.json: malformed JSON"}));
  EXPECT_TRUE(test::names(refusal("[]"), {"config.json: must hold one JSON object"}));
  EXPECT_TRUE(test::names(refusal("7"), {"config.json: must hold one JSON object"}));
  EXPECT_TRUE(test::names(refusal(test::TinyGpt2().config() + "}"), {"config.json: malformed JSON"}));
  EXPECT_TRUE(test::names(refusal(test::TinyGpt2().config() + std::string(1, '\0')), {"NUL at byte"}));
  EXPECT_TRUE(test::names(refusal_of(R"(,"n_head":3)"), {"config.json: key 'n_head' is given twice"}));
  EXPECT_TRUE(test::names(refusal_of(",\"x\":" + std::string(40, '[') + std::string(40, ']')),
                          {"config.json: nested deeper than 32 levels"}));
}

TEST(Config, NamesTheFileThatIsMissing) {
  const test::TempDir empty;
  EXPECT_TRUE(test::names(test::input_error([&] { load_config(empty.path()); }),
                          {(empty / "config.json").string(), "cannot be opened: No such file"}));
  std::filesystem::create_directory(empty / "config.json");
  EXPECT_TRUE(test::names(test::input_error([&] { load_config(empty.path()); }), {"is not a regular file"}));
}

TEST(Config, ActivationsPrintAsTheFileSpellsThem) {
  EXPECT_EQ(to_string(Activation::gelu_new), "gelu_new");
  EXPECT_EQ(to_string(Activation::gelu), "gelu");
  EXPECT_EQ(to_string(Activation::relu), "relu");
}

}  // namespace
}  // namespace hookflow
