#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "pipeline/values/array.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/prediction/next_token.hpp"
#include "stages/subject/token_logits.hpp"

namespace hookflow::stages {

/// What a metric is computed from: what one pass predicts at one position, as far as the metric reads it.
struct Predicted {
  const TokenLogits* logits = nullptr;  // of single tokens
  const NextToken* now = nullptr;
  const NextToken* other = nullptr;  // that it is compared with, at the same position
  std::int32_t token = 0;            // that is measured; of a metric of tokens
  std::int32_t less = 0;             // whose logit is taken away; of a difference
};

/// Where a part of it is, if it is there.
template <typename Part>
const Part* address(const std::optional<Part>& part) {
  return part ? &*part : nullptr;
}

/// A number that is kept of a prediction.
struct PredictionMetric {
  enum class Of { token, difference, position };
  /// What it is compared with: the clean pass's prediction, or the one at the end of the same pass.
  enum class Against { nothing, clean, final };
  /// Logits of the tokens that it is of, or those of the whole vocabulary, which take a product with all of
  /// the unembedding.
  enum class Reads { nothing, tokens, vocabulary };
  const char* name;
  const char* old_name;     // which workflows may still say; none: it was always called so
  const char* meaning;      // kept with the numbers
  const char* explanation;  // for who chooses it, without its units
  const char* units;        // token ids are stored as whole numbers, all else as float64
  Of of;                    // a number for each token that is measured, for two of them, or one a position
  Against against;          // what compares has no change from the clean pass
  Reads reads;
  double (*value)(const Predicted&);

  /// As it is stored, along `axes`.
  [[nodiscard]] pipeline::Variable variable(std::vector<pipeline::Axis> axes) const;
  [[nodiscard]] bool has_change() const { return against == Against::nothing; }
  /// Whether a share of a difference can be told of it: a token id has none.
  [[nodiscard]] bool has_difference() const;
};

std::span<const PredictionMetric> prediction_metrics();
/// The names of those that stand by themselves or compare with that.
std::vector<std::string> prediction_metric_names(PredictionMetric::Against against);
/// The name of the metric that an old name meant; any other name as it is.
std::string current_metric_name(const std::string& name);
/// The names of those metrics that are of tokens, of differences or of positions: `log_prob, prob`.
std::string listed_metrics(PredictionMetric::Of of, const std::vector<std::string>& among);
/// Throws std::logic_error for a name that is none.
const PredictionMetric& prediction_metric(const std::string& name);
/// Which token the metrics of tokens are of: kept once, with the clean pass.
const PredictionMetric& measured_token();

/// The metrics that a workflow names; an old name is read as the new one.
struct MetricNames : std::vector<std::string> {
  using vector::vector;
};
void read_param(const pipeline::Node& node, MetricNames& names);
pipeline::Node write_param(const MetricNames& names);
pipeline::Node param_schema(std::type_identity<MetricNames> type);
/// Those that stand by themselves or compare with that, each explained.
pipeline::Rule<MetricNames> known_metrics(PredictionMetric::Against against);

}  // namespace hookflow::stages
