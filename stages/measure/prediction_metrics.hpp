#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pipeline/values/array.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/measure/next_token.hpp"

namespace hookflow::stages {

/// What a metric is computed from: what one pass predicts at one position.
struct Predicted {
  const NextToken& now;
  const NextToken* clean = nullptr;  // by the clean pass, at the same position; of an edited pass
  std::int32_t token = 0;            // that is measured; of a metric of tokens
};

/// A number that measure.prediction can keep.
struct PredictionMetric {
  enum class Of { token, position };
  const char* name;
  const char* old_name;      // which workflows may still say; none: it was always called so
  const char* meaning;       // kept with the numbers
  const char* explanation;   // for who chooses it, without its units
  const char* units;         // token ids are stored as whole numbers, all else as float64
  const char* change_units;  // of its change from the clean pass; none: it has no change
  Of of;                     // a number for each token that is measured, or one a position
  bool needs_clean;          // compares an edited pass with the clean one: none of a clean pass, no change
  double (*value)(const Predicted&);

  /// As it is stored, along `axes`.
  [[nodiscard]] pipeline::Variable variable(std::vector<pipeline::Axis> axes) const;
  /// As its change is stored, and that change: of a token id, which has no difference, whether it is another.
  [[nodiscard]] pipeline::Variable change_variable(std::vector<pipeline::Axis> axes) const;
  [[nodiscard]] double change(double now, double before) const;
};

/// Those that a workflow can choose.
std::span<const PredictionMetric> prediction_metrics();
std::vector<std::string> prediction_metric_names();
/// With what they are, their units and their changes.
std::vector<pipeline::Choice> prediction_metric_choices();
/// What some of them were called: no editor proposes it, and a workflow may still say it.
pipeline::Node old_metric_schema();
/// The name of the metric that an old name meant; any other name as it is.
std::string current_metric_name(const std::string& name);
/// The names of those metrics that are of tokens, or of positions: `log_prob, prob`.
std::string listed_metrics(PredictionMetric::Of of, const std::vector<std::string>& among);
/// Throws std::logic_error for a name that is none.
const PredictionMetric& prediction_metric(const std::string& name);
/// Which token the metrics of tokens are of: kept once, with the clean pass.
const PredictionMetric& measured_token();

}  // namespace hookflow::stages
