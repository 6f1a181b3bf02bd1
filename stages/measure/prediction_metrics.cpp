#include "stages/measure/prediction_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "pipeline/values/renamed.hpp"
#include "stages/measure/numbers.hpp"
#include "stages/subject/token_id.hpp"

namespace hookflow::stages {
namespace {

using Of = PredictionMetric::Of;

constexpr PredictionMetric kMetrics[] = {
    {"log_prob", nullptr, "log-softmax of the token", "natural logarithm of the token's softmax probability",
     "nat", "nat", Of::token, false, [](const Predicted& p) { return p.now.log_prob(p.token); }},
    {"prob", nullptr, "probability of the token", "the token's softmax probability, from 0 to 100", "percent",
     "percentage points", Of::token, false,
     [](const Predicted& p) { return 100 * std::exp(p.now.log_prob(p.token)); }},
    {"logit", nullptr, "logit of the token", "the token's logit, before the softmax", "1", "1", Of::token,
     false, [](const Predicted& p) { return p.now.logit(p.token); }},
    {"token_rank", "rank", "number of tokens that are more likely",
     "number of tokens that are more likely than the token: 0 where it is the most likely one", "1", "1",
     Of::token, false, [](const Predicted& p) { return p.now.rank(p.token); }},
    {"top_token", "argmax", "most likely token",
     "id of the most likely token; of equally likely ones the lowest", kTokenId, "1", Of::position, false,
     [](const Predicted& p) { return static_cast<double>(p.now.argmax()); }},
    {"entropy", nullptr, "entropy of the next token",
     "entropy of the next token, - sum P ln P over the vocabulary", "nat", "nat", Of::position, false,
     [](const Predicted& p) { return p.now.entropy(); }},
    {"kl_from_clean", nullptr,
     "Kullback-Leibler divergence of the edited prediction from the clean one, D(clean || edited)",
     "Kullback-Leibler divergence D(P || Q) = sum P ln(P / Q) over the vocabulary, P the clean prediction "
     "and Q the edited one: 0 where they are equal; needs edited passes",
     "nat", nullptr, Of::position, true, [](const Predicted& p) { return p.clean->divergence(p.now); }},
};

static_assert(std::none_of(std::begin(kMetrics), std::end(kMetrics),
                           [](const PredictionMetric& m) {
                             return m.needs_clean && m.change_units != nullptr;
                           }),
              "what is of two passes has no change between them");

constexpr PredictionMetric kMeasuredToken = {
    "token_id", nullptr,  "token that is measured",
    "",         kTokenId, nullptr,
    Of::token,  false,    [](const Predicted& p) {
      return static_cast<double>(p.token); }};

bool is_id(const PredictionMetric& metric) { return std::string(metric.units) == kTokenId; }

const bool kRenamed = [] {
  for (const PredictionMetric& metric : kMetrics) {
    if (metric.old_name != nullptr) pipeline::register_renamed(metric.old_name, metric.name);
  }
  return true;
}();

/// What is stored of a metric: its number, and with variants its change.
std::string explained(const PredictionMetric& metric) {
  const auto in_units = [](const std::string& units) {
    return units == "1" || units == kTokenId ? "" : " (" + units + ")";
  };
  const std::string whole = metric.explanation + in_units(metric.units);
  if (metric.change_units == nullptr) return whole;
  return whole + "; " + metric.change_variable({}).name + ": " +
         (is_id(metric) ? "1 where it differs from the clean pass, else 0"
                        : "edited minus clean" + in_units(metric.change_units));
}

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
    change.long_name = "1 where the " + whole.long_name + " differs from the clean pass, else 0";
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

std::vector<pipeline::Choice> prediction_metric_choices() {
  std::vector<pipeline::Choice> choices;
  for (const PredictionMetric& metric : kMetrics) choices.push_back({metric.name, explained(metric)});
  return choices;
}

pipeline::Node old_metric_schema() {
  std::string names;
  for (const PredictionMetric& metric : kMetrics)
    if (metric.old_name != nullptr) names += (names.empty() ? "" : "|") + std::string(metric.old_name);
  return pipeline::schema::text_like("^(" + names + ")$");
}

std::string current_metric_name(const std::string& name) {
  const auto* found = std::find_if(std::begin(kMetrics), std::end(kMetrics), [&](const auto& metric) {
    return metric.old_name != nullptr && name == metric.old_name;
  });
  return found == std::end(kMetrics) ? name : found->name;
}

std::string listed_metrics(PredictionMetric::Of of, const std::vector<std::string>& among) {
  std::string names;
  for (const std::string& name : among) {
    if (prediction_metric(name).of == of) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

const PredictionMetric& prediction_metric(const std::string& name) {
  const auto* found = std::find_if(std::begin(kMetrics), std::end(kMetrics),
                                   [&](const PredictionMetric& metric) { return name == metric.name; });
  if (found == std::end(kMetrics)) throw std::logic_error("unknown metric " + name);
  return *found;
}

const PredictionMetric& measured_token() { return kMeasuredToken; }

}  // namespace hookflow::stages
