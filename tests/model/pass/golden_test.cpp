#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "model/files/safetensors.hpp"
#include "model/library/library.hpp"
#include "model/pass/forward.hpp"
#include "tests/support/match_naive.hpp"

// Holds every case of tests/golden, which another implementation computed in double, against this one.

namespace hookflow {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// As it is stored: (position, width), (position, head, width), or (head, query, key).
Tensor as_stored(const CapturedRows& captured, HookKind kind) {
  Tensor tensor = tensor_of(captured);
  if (!has_heads(kind)) tensor.shape.erase(tensor.shape.begin() + 1);
  if (!is_square(kind)) return tensor;
  const std::size_t queries = tensor.shape[0];
  const std::size_t heads = tensor.shape[1];
  Tensor square({heads, queries, tensor.shape[2]});
  for (std::size_t row = 0; row < heads * queries; ++row)
    std::ranges::copy(captured.row(row % queries, row / queries), square.matrix().row(row).begin());
  return square;
}

class Golden : public ::testing::TestWithParam<std::string> {
 protected:
  const fs::path directory_ = fs::path(HOOKFLOW_SOURCE_DIR) / "tests" / "golden" / GetParam();
  const Model model_ = load_model(directory_);
  const json cases_ = json::parse(std::ifstream(directory_ / "cases.json"));
  const SafetensorsFile stored_{directory_ / cases_["golden"].get<std::string>()};

  std::vector<std::vector<std::int32_t>> prompts() const {
    std::vector<std::vector<std::int32_t>> ids;
    for (const json& prompt : cases_["prompts"]) {
      ids.push_back(prompt["ids"]);
    }
    return ids;
  }

  /// A prompt and those that are no shorter: its variants can be run of all of them.
  std::vector<std::vector<std::int32_t>> batch_of(std::size_t prompt) const {
    std::vector<std::vector<std::int32_t>> batch = prompts();
    std::swap(batch.front(), batch.at(prompt));
    std::erase_if(batch, [length = batch.front().size()](const auto& ids) { return ids.size() < length; });
    return batch;
  }

  HookPoint point(const std::string& name) const {
    const HookSelection selection = parse_hooks(name, model_.config).at(0);
    return {selection.kind, selection.layers.empty() ? 0 : selection.layers[0]};
  }

  static Replacement replacement(const json& with) {
    const std::string kind = with["kind"];
    if (kind == "value") {
      return Replacement(kind, with["value"].get<float>());
    }
    if (kind == "add") {
      return Replacement(kind, with["vector"].get<std::vector<float>>());
    }
    return kind.starts_with("mean_") ? Replacement("mean", kind.substr(5)) : Replacement(kind);
  }

  Variant variant(const json& interventions) const {
    Variant edits;
    for (const json& edit : interventions) {
      Intervention intervention;
      intervention.at = point(edit["hook"]);
      if (!edit["head"].is_null()) {
        intervention.head = edit["head"].get<std::size_t>();
      }
      intervention.positions = edit["positions"] == "all"    ? Positions::all()
                               : edit["positions"] == "last" ? Positions::last()
                                                             : Positions::at(edit["positions"]);
      intervention.with = replacement(edit["replacement"]);
      edits.push_back(std::move(intervention));
    }
    return edits;
  }

  void expect_stored(const Tensor& tensor, const std::string& name, bool same_shape = true) const {
    const StoredTensor& stored = stored_.tensors().at(name);
    if (same_shape) {
      EXPECT_EQ(tensor.shape, stored.shape) << name;
    }
    std::vector<float> values(stored.bytes.size() / sizeof(float));
    std::memcpy(values.data(), stored.bytes.data(), stored.bytes.size());
    ASSERT_EQ(tensor.values.size(), values.size()) << name;
    double largest = 0;
    for (const float value : values) {
      largest = std::isfinite(value) ? std::max(largest, std::fabs(static_cast<double>(value))) : largest;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isfinite(values[i])) {
        ASSERT_NEAR(tensor.values[i], values[i], testing::kTolerance * largest) << name << " at " << i;
      } else {
        ASSERT_EQ(tensor.values[i], values[i]) << name << " at " << i;
      }
    }
  }
};

TEST_P(Golden, CleanActivations) {
  ForwardPlan plan;
  for (const HookKind kind : all_hook_kinds()) {
    for (std::size_t layer = 0; layer < (in_block(kind) ? model_.config.layers : 1); ++layer) {
      plan.captures.push_back({{kind, layer}, Positions::all()});
    }
  }
  const CleanPass pass = run_clean(model_, prompts(), plan);
  std::size_t compared = 0;
  for (std::size_t i = 0; i < pass.results.size(); ++i) {
    const std::string prefix = cases_["prompts"][i]["clean"];
    for (const auto& [name, stored] : stored_.tensors()) {
      if (name.starts_with(prefix)) {
        const HookPoint place = point(name.substr(prefix.size()));
        expect_stored(as_stored(pass.results[i].captured.at(place), place.kind), name);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 20 * pass.results.size());
}

TEST_P(Golden, EditedLogitsAndCaptures) {
  std::vector<Variant> variants;
  for (const json& item : cases_["variants"]) {
    variants.push_back(variant(item["interventions"]));
  }
  for (std::size_t i = 0; i < variants.size(); ++i) {
    SCOPED_TRACE(GetParam() + ", variant " + std::to_string(i));
    const json& item = cases_["variants"][i];
    const json captures = item.value("captures", json::object());
    ForwardPlan plan;
    plan.logits = {item["logits_at"] == "last" ? Positions::last() : Positions::all()};
    for (const auto& [hook, name] : captures.items()) {
      plan.captures.push_back({point(hook), Positions::all()});
    }
    const CleanPass clean =
        run_clean(model_, batch_of(item["prompt"]), testing::with_edits(plan, {variants[i]}));
    const EditedPrompt edited{0, &variants[i]};
    const PassResult result = run_edited(model_, clean, std::span(&edited, 1), plan).at(0);
    expect_stored(tensor_of(result.logits), item["logits"], false);
    for (const auto& [hook, name] : captures.items()) {
      expect_stored(as_stored(result.captured.at(point(hook)), point(hook).kind), name);
    }
  }
}

// The same, all variants joined to one batch, behind a clean pass that keeps whatever they may read.
TEST_P(Golden, EditedLogitsOfAllVariantsTogether) {
  std::vector<Variant> variants;
  ForwardPlan plan;
  plan.logits = {Positions::all()};
  for (const json& item : cases_["variants"]) {
    variants.push_back(variant(item["interventions"]));
  }
  std::vector<EditedPrompt> edited;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    edited.push_back({cases_["variants"][i]["prompt"], &variants[i]});
  }
  const CleanPass clean = run_clean(model_, prompts(), testing::capture_everything(model_.config));
  const auto results = run_edited(model_, clean, edited, plan);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const json& item = cases_["variants"][i];
    Tensor logits = tensor_of(results[i].logits);
    if (item["logits_at"] == "last") {
      logits.values.erase(logits.values.begin(),
                          logits.values.end() - static_cast<std::ptrdiff_t>(logits.shape[1]));
    }
    expect_stored(logits, item["logits"], false);
  }
}

std::vector<std::string> golden_models() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(HOOKFLOW_SOURCE_DIR) / "tests" / "golden")) {
    if (entry.is_directory()) {
      names.push_back(entry.path().filename());
    }
  }
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Models, Golden, ::testing::ValuesIn(golden_models()),
                         [](const auto& model) { return model.param; });

}  // namespace
}  // namespace hookflow
