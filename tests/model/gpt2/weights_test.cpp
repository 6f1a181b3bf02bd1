#include <algorithm>
#include <cstdint>
#include <functional>

#include <gtest/gtest.h>

#include "model/library/library.hpp"
#include "tests/support/input_error.hpp"
#include "tests/support/tiny_gpt2.hpp"

namespace hookflow {
namespace {

using test::names;
using test::NewTensor;
using test::TinyGpt2;

const TinyGpt2 kTiny;

// A model directory of one file; `extra` goes into config.json.
struct Directory {
  test::TempDir directory;

  explicit Directory(const std::vector<NewTensor>& tensors, const std::string& extra = "",
                     std::size_t shift = 0) {
    test::write_file(directory / "config.json", kTiny.config(extra));
    test::write_file(directory / "model.safetensors", test::safetensors(tensors, shift));
  }
  [[nodiscard]] Model load() const { return load_model(directory.path()); }
  [[nodiscard]] std::string refusal() const {
    return test::input_error([&] { static_cast<void>(load()); });
  }
};

NewTensor& named(std::vector<NewTensor>& tensors, const std::string& name) {
  return *std::find_if(tensors.begin(), tensors.end(), [&](const NewTensor& t) { return t.name == name; });
}

void drop(std::vector<NewTensor>& tensors, const std::string& name) {
  std::erase_if(tensors, [&](const NewTensor& t) { return t.name == name; });
}

void expect_values(std::span<const float> values, std::size_t tensor, std::size_t size) {
  ASSERT_EQ(values.size(), size);
  for (std::size_t i = 0; i < size; ++i)
    ASSERT_EQ(values[i], TinyGpt2::value(tensor, i)) << tensor << " " << i;
}

void expect_matrix(const View& view, std::size_t tensor, std::size_t rows, std::size_t columns) {
  ASSERT_EQ(view.rows, rows);
  ASSERT_EQ(view.columns, columns);
  ASSERT_EQ(view.stride, columns);
  expect_values({view.data, rows * columns}, tensor, rows * columns);
}

// Every parameter of the tiny model; tensors are numbered in the order in which TinyGpt2 writes them.
void expect_tiny(const Weights& weights) {
  expect_matrix(weights.token_embedding, 0, 11, 12);
  expect_matrix(weights.position_embedding, 1, 7, 12);
  ASSERT_EQ(weights.layers.size(), 2U);
  for (std::size_t layer = 0; layer < 2; ++layer) {
    const std::size_t first = 2 + 12 * layer;
    const LayerWeights& w = weights.layers[layer];
    expect_values(w.attention_norm.weight, first, 12);
    expect_values(w.attention_norm.bias, first + 1, 12);
    expect_matrix(w.qkv.weight, first + 2, 12, 36);
    expect_values(w.qkv.bias, first + 3, 36);
    expect_matrix(w.attention_out.weight, first + 4, 12, 12);
    expect_values(w.attention_out.bias, first + 5, 12);
    expect_values(w.mlp_norm.weight, first + 6, 12);
    expect_values(w.mlp_norm.bias, first + 7, 12);
    expect_matrix(w.mlp_in.weight, first + 8, 12, 20);
    expect_values(w.mlp_in.bias, first + 9, 20);
    expect_matrix(w.mlp_out.weight, first + 10, 20, 12);
    expect_values(w.mlp_out.bias, first + 11, 12);
  }
  expect_values(weights.final_norm.weight, 26, 12);
  expect_values(weights.final_norm.bias, 27, 12);
}

TEST(Weights, ReadsEveryParameter) {
  const Directory directory(kTiny.tensors());
  const Model model = directory.load();
  expect_tiny(model.weights);
  EXPECT_EQ(model.weights.unembedding.data, model.weights.token_embedding.data);
  EXPECT_TRUE(model.weights.unembedding_bias.empty());
  EXPECT_EQ(model.files, std::vector{directory.directory / "model.safetensors"});
}

TEST(Weights, ReadsNamesWithPrefix) { expect_tiny(Directory(kTiny.tensors("transformer.")).load().weights); }

TEST(Weights, OutliveTheFileAndTheLoadedObject) {
  Weights kept;
  {
    const Directory directory(kTiny.tensors());
    kept = directory.load().weights;
  }
  expect_tiny(kept);
}

// GPT-2's own published files do not pad their header: the data of GPT-2 small starts at byte 14291.
TEST(Weights, ReadsFilesWhoseDataStartsAnywhere) {
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const Model model = Directory(kTiny.tensors(), "", shift).load();
    expect_tiny(model.weights);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(model.weights.token_embedding.data) % alignof(float), 0U);
  }
}

TEST(Weights, WidensBf16AndF16) {
  auto tensors = kTiny.tensors();
  const float values[] = {1, -2, 0.5F, 3, 1, 1, 1, 1, 1, 1, 1, -1};
  named(tensors, "ln_f.weight") = test::bf16("ln_f.weight", {12}, values);
  const std::vector<std::uint16_t> halves = {0x3c00, 0xc000, 0x3800, 0x4200, 0x3c00, 0x3c00,
                                             0x3c00, 0x3c00, 0x3c00, 0x3c00, 0x3c00, 0xbc00};
  named(tensors, "ln_f.bias") = {"ln_f.bias", "F16", {12}, test::bytes_of<std::uint16_t>(halves)};
  const Weights weights = Directory(tensors).load().weights;
  EXPECT_TRUE(
      std::equal(weights.final_norm.weight.begin(), weights.final_norm.weight.end(), values, values + 12));
  EXPECT_TRUE(
      std::equal(weights.final_norm.bias.begin(), weights.final_norm.bias.end(), values, values + 12));
  expect_matrix(weights.token_embedding, 0, 11, 12);
}

TEST(Weights, IgnoresMaskBuffers) {
  auto tensors = kTiny.tensors("transformer.");
  tensors.push_back({"transformer.h.0.attn.bias", "BOOL", {1, 1, 7, 7}, std::string(49, '\1')});
  tensors.push_back({"transformer.h.1.attn.bias", "U8", {1, 1, 7, 7}, std::string(49, '\1')});
  tensors.push_back({"transformer.h.0.attn.masked_bias", "SOMETHING", {}, "abcde"});
  expect_tiny(Directory(tensors).load().weights);
}

TEST(Weights, ReadsAnOwnHeadWithBias) {
  auto tensors = kTiny.tensors("transformer.");
  const std::vector<float> head(11 * 12, 2.5F);
  const std::vector<float> bias(11, -1.5F);
  tensors.push_back(test::f32("lm_head.weight", {11, 12}, head));
  tensors.push_back(test::f32("lm_head.bias", {11}, bias));
  const Weights weights = Directory(tensors, R"(,"tie_word_embeddings":false)").load().weights;
  expect_tiny(weights);
  EXPECT_EQ(weights.unembedding.rows, 11U);
  EXPECT_EQ(weights.unembedding.columns, 12U);
  EXPECT_EQ(std::vector(weights.unembedding.data, weights.unembedding.data + 11 * 12), head);
  EXPECT_EQ(std::vector(weights.unembedding_bias.begin(), weights.unembedding_bias.end()), bias);
}

TEST(Weights, ReadsATiedHeadThatIsStoredToo) {
  auto tensors = kTiny.tensors("transformer.");
  NewTensor head = tensors[0];
  head.name = "lm_head.weight";
  tensors.push_back(head);
  const Weights weights = Directory(tensors).load().weights;
  expect_tiny(weights);
  EXPECT_EQ(weights.unembedding.data, weights.token_embedding.data);
}

TEST(Weights, ReadsTiedEmbeddingsStoredAsTheHeadAlone) {
  auto tensors = kTiny.tensors("transformer.");
  tensors[0].name = "lm_head.weight";
  expect_tiny(Directory(tensors).load().weights);
}

TEST(Weights, RefusesATiedHeadThatDiffers) {
  auto tensors = kTiny.tensors();
  tensors.push_back(test::f32("lm_head.weight", {11, 12}, std::vector<float>(11 * 12, 2.5F)));
  EXPECT_TRUE(
      names(Directory(tensors).refusal(),
            {"model.safetensors: tensor 'lm_head.weight' differs from 'wte.weight'", "tie_word_embeddings"}));
}

TEST(Weights, RefusesAnOwnHeadThatIsMissing) {
  EXPECT_TRUE(names(Directory(kTiny.tensors(), R"(,"tie_word_embeddings":false)").refusal(),
                    {"model.safetensors: tensor 'lm_head.weight' is missing; expected shape [11, 12]"}));
}

TEST(Weights, RefusesMissingTensors) {
  auto tensors = kTiny.tensors();
  drop(tensors, "h.1.mlp.c_fc.bias");
  EXPECT_TRUE(names(Directory(tensors).refusal(),
                    {"model.safetensors: tensor 'h.1.mlp.c_fc.bias' is missing; expected shape [20]"}));
}

TEST(Weights, RefusesOtherShapes) {
  auto tensors = kTiny.tensors();
  named(tensors, "h.0.attn.c_attn.weight").shape = {36, 12};  // as a Linear layer stores it
  EXPECT_TRUE(
      names(Directory(tensors).refusal(),
            {"tensor 'h.0.attn.c_attn.weight' has shape [36, 12], but config.json asks for [12, 36]"}));
}

TEST(Weights, RefusesOtherDtypesWhereTheyAreNeeded) {
  auto tensors = kTiny.tensors();
  named(tensors, "ln_f.bias").dtype = "I32";
  EXPECT_TRUE(names(Directory(tensors).refusal(), {"tensor 'ln_f.bias' has dtype I32", "F32, F16 or BF16"}));
  named(tensors, "ln_f.bias").dtype = "Q4";
  EXPECT_TRUE(names(Directory(tensors).refusal(), {"tensor 'ln_f.bias' has dtype Q4"}));
}

TEST(Weights, RefusesTensorsThatNothingDescribes) {
  for (const char* name : {"h.0.score.weight", "h.0.crossattention.c_attn.weight", "h.2.ln_1.weight",
                           "transformer.x", "adapter.weight", "transformer.score.weight"}) {
    auto tensors = kTiny.tensors();
    tensors.push_back(test::f32(name, {1}, std::vector<float>{1}));
    const std::string prefix = "transformer.";
    const std::string plain = std::string(name).starts_with(prefix) ? name + prefix.size() : name;
    EXPECT_TRUE(names(Directory(tensors).refusal(), {"tensor '" + plain + "' is not expected"}));
  }
}

TEST(Weights, LeavesOutHeadsOfOtherTasksWithAWord) {
  for (const char* prefix : {"", "transformer."}) {
    auto tensors = kTiny.tensors(prefix);
    EXPECT_TRUE(notes_on_model(Directory(tensors).directory.path()).empty());
    for (const char* name : {"v_head.summary.weight", "score.weight", "classifier.bias", "qa_outputs.weight",
                             "multiple_choice_head.summary.weight", "value_head.0.bias"})
      tensors.push_back(test::f32(name, {1}, std::vector<float>{1}));
    const Directory directory(tensors);
    expect_tiny(directory.load().weights);
    const auto notes = notes_on_model(directory.directory.path());
    ASSERT_EQ(notes.size(), 1U);
    EXPECT_TRUE(names(
        notes[0],
        {"model.safetensors: these weights are left out", "change no logit: classifier.bias, multiple_choice",
         "qa_outputs.weight, score.weight, v_head.summary.weight, value_head.0.bias"}));
  }
}

TEST(Weights, NamesALinkThatLeadsNowhereAndAPointerOfGitLfs) {
  for (const char* file :
       {"config.json", "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"}) {
    const test::TempDir directory;
    test::write_file(directory / "config.json", kTiny.config());
    std::filesystem::remove(directory / file);
    std::filesystem::create_symlink("../../blobs/gone", directory / file);
    const auto refusal = [&] { return test::input_error([&] { load_model(directory.path()); }); };
    EXPECT_TRUE(names(refusal(), {std::string(file) + ": is a link to '../../blobs/gone'"}));
    if (std::string(file) == "pytorch_model.bin") continue;  // is not read
    std::filesystem::remove(directory / file);
    test::write_file(directory / file, "version https://git-lfs.github.com/spec/v1\n");
    EXPECT_TRUE(names(refusal(), {std::string(file) + ": is a Git LFS pointer", "git lfs pull"}));
  }
}

TEST(Weights, RefusesATensorUnderTwoNames) {
  auto tensors = kTiny.tensors();
  tensors.push_back(tensors[0]);
  tensors.back().name = "transformer.wte.weight";
  EXPECT_TRUE(names(Directory(tensors).refusal(),
                    {"tensor 'wte.weight' is stored twice, with and without the prefix"}));
}

TEST(Weights, ListsProblemsTogetherButNotWithoutEnd) {
  const std::string message = Directory({test::f32("x", {1}, std::vector<float>{1})}).refusal();
  EXPECT_TRUE(
      names(message, {"'wte.weight' is missing", "'h.0.ln_1.weight' is missing", "and 17 more problems"}));
}

TEST(Weights, SaysHowToConvertOtherFormats) {
  const test::TempDir directory;
  test::write_file(directory / "config.json", kTiny.config());
  const auto refusal = [&] { return test::input_error([&] { load_model(directory.path()); }); };
  EXPECT_TRUE(names(refusal(), {directory.path().string(), "holds neither model.safetensors nor"}));
  test::write_file(directory / "tf_model.h5", "");
  EXPECT_TRUE(names(refusal(), {"tf_model.h5", "convert them to model.safetensors"}));
  test::write_file(directory / "pytorch_model.bin", "");
  EXPECT_TRUE(names(refusal(), {"pytorch_model.bin: pickled weights are not supported", "save_pretrained"}));
}

// The tiny model in two shards and its index, each of which a test can spoil.
class Shards : public testing::Test {
 protected:
  void SetUp() override {
    test::write_file(directory_ / "config.json", kTiny.config());
    auto tensors = kTiny.tensors("transformer.");
    for (std::size_t i = 0; i < tensors.size(); ++i) shards_[i % 2].push_back(tensors[i]);
  }

  Model load() {
    std::string map;
    for (std::size_t shard = 0; shard < 2; ++shard) {
      test::write_file(directory_ / file(shard), test::safetensors(shards_[shard], shard));
      for (const NewTensor& tensor : shards_[shard])
        map += (map.empty() ? "" : ",") + ("\"" + tensor.name + "\":\"" + file(shard) + "\"");
    }
    if (index_.empty()) index_ = R"({"metadata":{"total_size":1},"weight_map":{)" + map + "}}";
    test::write_file(directory_ / "model.safetensors.index.json", index_);
    spoil_();
    return load_model(directory_.path());
  }
  std::string refusal() {
    return test::input_error([&] { load(); });
  }
  static std::string file(std::size_t shard) {
    return "model-0000" + std::to_string(shard + 1) + "-of-00002.safetensors";
  }

  test::TempDir directory_;
  std::vector<NewTensor> shards_[2];
  std::string index_;
  std::function<void()> spoil_ = [] {};
};

TEST_F(Shards, AreReadAsOne) {
  const Model model = load();
  expect_tiny(model.weights);
  EXPECT_EQ(model.files, (std::vector{directory_ / file(0), directory_ / file(1)}));
}

TEST_F(Shards, RefusesAMissingShard) {
  spoil_ = [&] { std::filesystem::remove(directory_ / file(1)); };
  EXPECT_TRUE(names(refusal(), {file(1), "cannot be opened"}));
}

TEST_F(Shards, NamesALinkThatLeadsNowhere) {
  spoil_ = [&] {
    std::filesystem::remove(directory_ / file(1));
    std::filesystem::create_symlink("../../blobs/gone", directory_ / file(1));
  };
  EXPECT_TRUE(names(refusal(), {file(1) + ": is a link to '../../blobs/gone', which cannot be opened"}));
}

TEST_F(Shards, RefusesATensorThatIsNotWhereTheIndexSays) {
  spoil_ = [&] {
    drop(shards_[1], "transformer.wpe.weight");
    test::write_file(directory_ / file(1), test::safetensors(shards_[1]));
  };
  EXPECT_TRUE(
      names(refusal(), {file(1) + ": tensor 'transformer.wpe.weight' is missing", "index.json says"}));
}

TEST_F(Shards, RefusesATensorThatTheIndexLeavesOut) {
  spoil_ = [&] {
    shards_[1].push_back(test::f32("transformer.h.0.attn.bias", {1}, std::vector<float>{1}));
    test::write_file(directory_ / file(1), test::safetensors(shards_[1]));
  };
  EXPECT_TRUE(names(refusal(),
                    {file(1) + ": tensor 'transformer.h.0.attn.bias' is in this file, but", "index.json"}));
}

TEST_F(Shards, RefusesShardsOutsideTheDirectory) {
  for (const char* name :
       {"\"../x.safetensors\"", "\"/etc/passwd\"", "\"a/b.safetensors\"", "\"\"", "\"..\"", "7"}) {
    index_ = R"({"weight_map":{"transformer.wte.weight":)" + std::string(name) + "}}";
    EXPECT_TRUE(names(refusal(), {"index.json: tensor 'transformer.wte.weight': shard " + std::string(name),
                                  "must be the plain name of a file"}));
  }
}

TEST_F(Shards, RefusesAnIndexWithoutMap) {
  index_ = "{}";
  EXPECT_TRUE(names(refusal(), {"index.json: weight_map must be an object"}));
  index_ = R"({"weight_map":{"a":"x","a":"y"}})";
  EXPECT_TRUE(names(refusal(), {"index.json: key 'a' is given twice"}));
}

}  // namespace
}  // namespace hookflow
