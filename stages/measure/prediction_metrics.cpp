#include "stages/measure/prediction_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "stages/measure/numbers.hpp"
#include "stages/subject/token_id.hpp"

namespace hookflow::stages {
namespace {

using Of = PredictionMetric::Of;

constexpr PredictionMetric kMetrics[] = {
    {"log_prob", "log-softmax of the token", "nat", "nat", Of::token, false,
     [](const Predicted& p) { return p.now.log_prob(p.token); }},
    {"prob", "probability of the token", "percent", "percentage points", Of::token, false,
     [](const Predicted& p) { return 100 * std::exp(p.now.log_prob(p.token)); }},
    {"logit", "logit of the token", "1", "1", Of::token, false,
     [](const Predicted& p) { return p.now.logit(p.token); }},
    {"rank", "number of tokens that are more likely", "1", "1", Of::token, false,
     [](const Predicted& p) { return p.now.rank(p.token); }},
    {"argmax", "most likely token", kTokenId, "1", Of::position, false,
     [](const Predicted& p) { return static_cast<double>(p.now.argmax()); }},
    {"entropy", "entropy of the next token", "nat", "nat", Of::position, false,
     [](const Predicted& p) { return p.now.entropy(); }},
    {"kl_from_clean",
     "Kullback-Leibler divergence of the edited prediction from the clean one, D(clean || edited)", "nat",
     nullptr, Of::position, true, [](const Predicted& p) { return p.clean->divergence(p.now); }},
};

static_assert(std::none_of(std::begin(kMetrics), std::end(kMetrics),
                           [](const PredictionMetric& m) {
                             return m.needs_clean && m.change_units != nullptr;
                           }),
              "what is of two passes has no change between them");

constexpr PredictionMetric kMeasuredToken = {
    "token_id", "token that is measured", kTokenId, nullptr, Of::token, false, [](const Predicted& p) {
      return static_cast<double>(p.token);
    }};

bool is_id(const PredictionMetric& metric) { return std::string(metric.units) == kTokenId; }

}  // namespace

pipeline::Variable PredictionMetric::variable(std::vector<pipeline::Axis> axes) const {
  using pipeline::Dtype;
  return {name, is_id(*this) ? Dtype::int64 : Dtype::float64, std::move(axes), units, meaning};
}

pipeline::Variable PredictionMetric::change_variable(std::vector<pipeline::Axis> axes) const {
  pipeline::Variable whole = variable(std::move(axes));
  pipeline::Variable change = is_id(*this) ? whole : change_of(whole);
  change.units = change_units;
  if (is_id(*this)) {
    change.name += "_changed";
    change.long_name = "1 where the " + whole.long_name + " is another";
  }
  return change;
}

double PredictionMetric::change(double now, double before) const {
  if (!is_id(*this) || std::isnan(now)) return now - before;
  return now == before ? 0 : 1;
}

std::span<const PredictionMetric> prediction_metrics() { return kMetrics; }

std::vector<std::string> prediction_metric_names() {
  std::vector<std::string> names;
  for (const PredictionMetric& metric : kMetrics) names.emplace_back(metric.name);
  return names;
}

const PredictionMetric& prediction_metric(const std::string& name) {
  const auto* found = std::find_if(std::begin(kMetrics), std::end(kMetrics),
                                   [&](const PredictionMetric& metric) { return name == metric.name; });
  if (found == std::end(kMetrics)) throw std::logic_error("no metric is named " + name);
  return *found;
}

const PredictionMetric& measured_token() { return kMeasuredToken; }

}  // namespace hookflow::stages
