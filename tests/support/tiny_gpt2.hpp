#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/safetensors_writer.hpp"
#include "tests/support/temp_dir.hpp"

namespace hookflow::test {

/// Sizes of a GPT-2 small enough to write out in a test, and odd on purpose.
struct TinyGpt2 {
  std::size_t layers = 2;
  std::size_t heads = 3;
  std::size_t width = 12;
  std::size_t mlp_width = 20;
  std::size_t context = 7;
  std::size_t vocabulary = 11;

  /// `extra` goes into the object: `,"key":value`.
  [[nodiscard]] std::string config(const std::string& extra = "") const {
    return R"({"model_type":"gpt2","n_layer":)" + std::to_string(layers) + R"(,"n_head":)" +
           std::to_string(heads) + R"(,"n_embd":)" + std::to_string(width) + R"(,"n_inner":)" +
           std::to_string(mlp_width) + R"(,"n_positions":)" + std::to_string(context) + R"(,"vocab_size":)" +
           std::to_string(vocabulary) + extra + "}";
  }

  /// Every tensor that a tied model has. Element i of tensor t is (t * 100 + i % 64) / 4, so each place of
  /// each tensor can be told from its neighbours.
  [[nodiscard]] std::vector<NewTensor> tensors(const std::string& prefix = "") const {
    std::vector<NewTensor> all;
    const auto add = [&](const std::string& name, const std::vector<std::size_t>& shape) {
      std::size_t count = 1;
      for (const std::size_t size : shape) count *= size;
      std::vector<float> values;
      for (std::size_t i = 0; i < count; ++i) values.push_back(value(all.size(), i));
      all.push_back(f32(prefix + name, shape, values));
    };
    const auto add_linear = [&](const std::string& name, std::size_t in, std::size_t out) {
      add(name + ".weight", {in, out});
      add(name + ".bias", {out});
    };
    const auto add_norm = [&](const std::string& name) {
      add(name + ".weight", {width});
      add(name + ".bias", {width});
    };
    add("wte.weight", {vocabulary, width});
    add("wpe.weight", {context, width});
    for (std::size_t layer = 0; layer < layers; ++layer) {
      const std::string name = "h." + std::to_string(layer);
      add_norm(name + ".ln_1");
      add_linear(name + ".attn.c_attn", width, 3 * width);
      add_linear(name + ".attn.c_proj", width, width);
      add_norm(name + ".ln_2");
      add_linear(name + ".mlp.c_fc", width, mlp_width);
      add_linear(name + ".mlp.c_proj", mlp_width, width);
    }
    add_norm("ln_f");
    return all;
  }

  static float value(std::size_t tensor, std::size_t element) {
    return static_cast<float>(tensor * 100 + element % 64) / 4;
  }

  void write(const std::filesystem::path& directory) const {
    write_file(directory / "config.json", config());
    write_file(directory / "model.safetensors", safetensors(tensors()));
  }
};

}  // namespace hookflow::test
