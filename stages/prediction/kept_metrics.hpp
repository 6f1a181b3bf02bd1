#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "stages/prediction/prediction_metrics.hpp"
#include "stages/subject/token_lists.hpp"

namespace hookflow::stages {

/// What a workflow asks of predictions.
struct AskedMetrics {
  std::vector<std::string> metrics;
  std::vector<std::string> tokens;      // columns that name the tokens
  std::vector<std::string> difference;  // two columns; none: the first two of `tokens`
  PredictionMetric::Against against;    // what else the stage's predictions are compared with
};
/// Two columns, or none.
pipeline::Rule<std::vector<std::string>> two_columns();

/// The metrics that a stage keeps of each prediction, and the tokens of each prompt that they are of.
class KeptMetrics {
 public:
  KeptMetrics() = default;
  /// Throws pipeline::ParamError where a metric lacks the columns that it is of; refuses the prompts whose
  /// columns name no token.
  KeptMetrics(AskedMetrics asked, const pipeline::PlanContext& context);

  [[nodiscard]] std::size_t size() const { return metrics_.size(); }
  [[nodiscard]] const PredictionMetric& operator[](std::size_t metric) const { return *metrics_[metric]; }
  [[nodiscard]] bool has(PredictionMetric::Of of) const;
  [[nodiscard]] bool has(PredictionMetric::Against against) const;
  [[nodiscard]] bool has(PredictionMetric::Reads reads) const;

  /// As a metric is stored, along the axes of the predictions and, of tokens, its own.
  [[nodiscard]] pipeline::Variable variable(const PredictionMetric& metric,
                                            std::vector<pipeline::Axis> axes) const;
  /// [token]; of the tokens that metrics are of.
  [[nodiscard]] pipeline::Axis token_axis() const;
  /// How many numbers a metric has of one prediction, and each of them.
  [[nodiscard]] std::size_t cells(const PredictionMetric& metric) const;
  [[nodiscard]] double value(const PredictionMetric& metric, std::size_t cell, std::size_t prompt,
                             const Predicted& predicted) const;
  /// The id of one of the tokens that metrics are of; of all prompts all.
  [[nodiscard]] std::int32_t token(std::size_t prompt, std::size_t cell) const { return ids_[prompt][cell]; }
  [[nodiscard]] std::span<const std::int32_t> tokens() const { return ids_.all(); }

 private:
  void find_columns(const pipeline::PlanContext& context);
  void find_difference();

  AskedMetrics asked_;
  std::vector<const PredictionMetric*> metrics_;
  std::vector<std::string> columns_;  // tokens, then those that a difference alone needs
  std::size_t token_ = 0, less_ = 0;  // of the difference, in columns_
  TokenLists ids_;                    // [prompt][column]
};

}  // namespace hookflow::stages
