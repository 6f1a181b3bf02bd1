#pragma once
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "pipeline/run_file/store/run_store.hpp"

/// A small run that has every kind of thing a run file holds: three prompts, two replacements, two layers,
/// three heads.
namespace hookflow::pipeline::sample {

inline constexpr std::size_t kPrompts = 3;
inline constexpr std::size_t kRow = 2 * 2 * 3;  // cells of a prompt in /scores/log_prob
inline constexpr std::size_t kItems = 0;        // lanes
inline constexpr std::size_t kSilenced = 1;

inline Axis prompt() { return {"prompt", std::vector<std::string>{"berlin", "køln", "東京"}, "Prompt", ""}; }
inline Axis replacement() {
  return {"replacement", std::vector<std::string>{"zero", "mean"}, "Replacement", ""};
}
inline Axis layer() { return {"layer", std::vector<std::int64_t>{0, 1}, "Layer", ""}; }
inline Axis head() { return {"head", std::vector<std::int64_t>{0, 1, 2}, "Head", ""}; }
inline Axis bin() { return {"bin", std::vector<double>{-0.5, 0.0, 0.5}, "Bin centre", "nat"}; }
inline Axis position() { return {"position", std::vector<std::int64_t>{0, 1, 2, 3}, "Position", ""}; }
inline Axis token() { return {"token", std::vector<std::int64_t>{0, 1, 2, 3, 4}, "Token id", ""}; }

inline RunLayout layout() {
  RunLayout layout;
  layout.prompts = kPrompts;
  layout.groups = {
      {"scores",
       "measure.prediction: how the prediction changes",
       {{"log_prob", Dtype::float32, {prompt(), replacement(), layer(), head()}, "nat", "Log-probability"},
        {"argmax", Dtype::int64, {prompt(), replacement(), layer(), head()}, "1", "Most probable token"},
        {"clean", Dtype::float64, {prompt()}, "nat", "Log-probability without intervention"}}},
      {"by_layer",
       "aggregate.moments: over heads",
       {{"mean", Dtype::float64, {layer()}, "nat", "Mean"},
        {"histogram", Dtype::int64, {layer(), bin()}, "1", "Count"},
        {"total", Dtype::float64, {}, "nat", "Total"}}},
  };
  layout.lanes = {{"items", 1, {"scores/clean"}},
                  {"silenced", 4, {"scores/log_prob", "scores/argmax"}, 4, 1}};
  layout.folds = {{"by_layer", {"items", "silenced"}}};
  layout.default_group = "scores";
  layout.default_variable = "log_prob";
  layout.texts = {
      {"prompts", "text", prompt(), {"Berlin is", "Køln is", "東京 is"}, "Text of the prompt"},
      {"vocabulary", "token", token(), {"!", " the", "\xe6\x9d", std::string("\0", 1), ""}, "Token"}};
  layout.texts[1].axis.name = "id";
  layout.constants = {{"prompts",
                       {"token_ids", Dtype::int64, {prompt(), position()}, "1", "Token ids that are fed"},
                       std::vector<std::int64_t>{4, 5, -1, -1, 6, 7, 8, 9, 1, -1, -1, -1}},
                      {"prompts",
                       {"length", Dtype::int64, {prompt()}, "1", "Number of tokens"},
                       std::vector<std::int64_t>{2, 4, 1}}};
  return layout;
}

inline Identity identity() { return {{"workflow_sha256", "aa11"}, {"model_sha256", "bb22"}}; }
/// `ended` is only known at the end.
inline Attributes provenance() { return {{"started", "2024-01-01T00:00:00Z"}, {"ended", ""}}; }

/// The values of a prompt's row of /scores/log_prob: prompt.cell
inline std::vector<float> row(std::size_t prompt_index) {
  std::vector<float> values(kRow);
  for (std::size_t i = 0; i < kRow; ++i) values[i] = static_cast<float>(prompt_index * 100 + i);
  return values;
}

}  // namespace hookflow::pipeline::sample
