#include "model/library/family.hpp"

#include <string>

#include <gtest/gtest.h>

#include "model/hooks/module_names.hpp"
#include "model/library/library.hpp"
#include "model/library/settings.hpp"
#include "tests/support/input_error.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/safetensors_writer.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tiny_model.hpp"

// A second family, made here alone: other settings, other names of tensors and modules, no biases, and heads
// that are wider together than the residual stream. Whatever runs, edits and names GPT-2 does so for it.

namespace hookflow {
namespace {

const ModuleNames kModules = {"net.", "block.", {{"block.*.out:input", {HookKind::z}}}};

Config read_config(Settings& settings) {
  Config config;
  config.layers = settings.size("blocks");
  config.heads = settings.size("heads");
  config.head_width = settings.size("head");
  config.width = settings.size("residual");
  config.mlp_width = settings.size("hidden");
  config.context = settings.size("positions");
  config.vocabulary = settings.size("tokens");
  config.activation = Activation::relu;
  config.modules = &kModules;
  return config;
}

void name_tensors(TensorTable& table, const Config& config, Weights& weights) {
  const std::size_t d = config.width;
  const std::size_t a = config.attention_width();
  table.matrix("token", config.vocabulary, d, weights.token_embedding);
  table.matrix("place", config.context, d, weights.position_embedding);
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
    LayerWeights& of_layer = weights.layers[layer];
    const std::string block = "block." + std::to_string(layer);
    table.vector(block + ".norm1", d, of_layer.attention_norm.weight);
    table.matrix(block + ".in", d, 3 * a, of_layer.qkv.weight);
    table.matrix(block + ".out", a, d, of_layer.attention_out.weight);
    table.vector(block + ".norm2", d, of_layer.mlp_norm.weight);
    table.matrix(block + ".up", d, config.mlp_width, of_layer.mlp_in.weight);
    table.matrix(block + ".down", config.mlp_width, d, of_layer.mlp_out.weight);
  }
  table.vector("norm", d, weights.final_norm.weight);
}

bool is_cache(const std::string& name) { return name == "cache"; }

const bool kPlain = register_family({"plain", read_config, {"net.", is_cache}, name_tensors});

/// A directory of that family, with random weights.
class PlainFamily : public ::testing::Test {
 protected:
  PlainFamily() {
    test::write_file(directory_ / "config.json",
                     R"({"model_type":"plain","blocks":2,"heads":3,"head":7,"residual":12,
                         "hidden":20,"positions":9,"tokens":11})");
    add("token", {11, 12});
    add("place", {9, 12});
    for (const std::string block : {"block.0", "block.1"}) {
      add(block + ".norm1", {12});
      add(block + ".in", {12, 63});
      add(block + ".out", {21, 12});
      add(block + ".norm2", {12});
      add(block + ".up", {12, 20});
      add(block + ".down", {20, 12});
    }
    add("norm", {12});
    add("cache", {3});
    test::write_file(directory_ / "model.safetensors", test::safetensors(tensors_));
  }

  test::TempDir directory_;

 private:
  void add(const std::string& name, const std::vector<std::size_t>& shape) {
    const Tensor size(shape);
    tensors_.push_back(test::f32("net." + name, shape, random_.vector(size.values.size())));
  }

  testing::TinyModel random_{testing::tiny_config()};
  std::vector<test::NewTensor> tensors_;
};

const std::vector<std::vector<std::int32_t>> kPrompts = {{1, 2, 3, 4, 5}, {10, 0, 7}};

TEST_F(PlainFamily, RunsThroughTheOneLayerLoop) {
  const Model model = load_model(directory_.path());
  const ForwardPlan plan = testing::capture_everything(model.config);
  const CleanPass pass = run_clean(model, kPrompts, plan);
  for (std::size_t i = 0; i < kPrompts.size(); ++i) {
    const testing::NaiveGpt2 naive(model, kPrompts[i]);
    testing::expect_matches(pass.results[i], naive, plan, model.config, kPrompts[i].size(), "clean");
  }
}

TEST_F(PlainFamily, IsEditedAtTheSamePlaces) {
  const Model model = load_model(directory_.path());
  const std::vector<Variant> variants = {
      {{{HookKind::z, 0}, 2, Positions::last(), Replacement("value", 0.5F)}},
      {{{HookKind::k, 1}, {}, Positions::all(), Replacement("mean", std::string("head"))}},
      {{{HookKind::mlp_out, 0}, {}, Positions::at({1}), {}}},
  };
  const ForwardPlan plan = testing::capture_everything(model.config);
  std::vector<EditedPrompt> edited;
  for (const Variant& variant : variants) edited.push_back({0, &variant});
  const CleanPass clean = run_clean(model, kPrompts, testing::with_edits(plan, variants));
  const std::vector<PassResult> results = run_edited(model, clean, edited, plan);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const testing::NaiveGpt2 naive(model, kPrompts[0], variants[i]);
    testing::expect_matches(results[i], naive, plan, model.config, kPrompts[0].size(), std::to_string(i));
  }
}

TEST_F(PlainFamily, NamesHookPointsByItsOwnModules) {
  const Config config = load_config(directory_.path());
  for (const char* name : {"block.1.out:input[2]", "net.block.1.out:input[2]", "blocks.1.attn.hook_z[2]"}) {
    const HookSelection selection = parse_hooks(name, config).at(0);
    EXPECT_EQ(selection.kind, HookKind::z) << name;
    EXPECT_EQ(selection.layers, std::vector<std::size_t>{1}) << name;
    EXPECT_EQ(selection.heads, std::vector<std::size_t>{2}) << name;
  }
  EXPECT_TRUE(test::names(test::input_error([&] { parse_hooks("h.1.attn.c_proj:input", config); }),
                          {"no hook point has this name"}));
}

TEST_F(PlainFamily, RefusesWhatIsWrongWithItsSettings) {
  test::write_file(directory_ / "config.json", R"({"model_type":"plain","blocks":2,"heads":0})");
  EXPECT_TRUE(test::names(test::input_error([&] { load_config(directory_.path()); }),
                          {"config.json: heads = 0: must be a whole number", "tokens: is missing"}));
}

TEST_F(PlainFamily, IsListedWhereAModelTypeIsUnknown) {
  test::write_file(directory_ / "config.json", R"({"model_type":"llama"})");
  EXPECT_TRUE(test::names(test::input_error([&] { load_config(directory_.path()); }),
                          {"config.json: model_type = \"llama\": is not supported; only gpt2, plain are"}));
}

TEST(Families, AreRegisteredOnce) {
  EXPECT_THROW(register_family({"gpt2", read_config, {}, name_tensors}), std::logic_error);
}

}  // namespace
}  // namespace hookflow
