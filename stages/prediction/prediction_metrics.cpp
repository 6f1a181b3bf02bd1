#include "stages/prediction/prediction_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "pipeline/values/renamed.hpp"
#include "stages/measure/numbers.hpp"
#include "stages/subject/token_id.hpp"

namespace hookflow::stages {
namespace {

using Of = PredictionMetric::Of;
using Against = PredictionMetric::Against;
using Reads = PredictionMetric::Reads;

constexpr PredictionMetric kMetrics[] = {
    {"log_prob", nullptr, "log-softmax of the token", "natural logarithm of the token's softmax probability",
     "nat", Of::token, Against::nothing, Reads::vocabulary,
     [](const Predicted& p) { return p.now->log_prob(p.token); }},
    {"prob", nullptr, "probability of the token", "the token's softmax probability, from 0 to 100", "percent",
     Of::token, Against::nothing, Reads::vocabulary,
     [](const Predicted& p) { return 100 * std::exp(p.now->log_prob(p.token)); }},
    {"prob_from_clean", nullptr, "relative change of the token's probability from the clean pass",
     "(edited - clean) / clean of the token's probability: -100 where nothing is left of it; needs edited "
     "passes",
     "percent", Of::token, Against::clean, Reads::vocabulary,
     [](const Predicted& p) {
       return 100 * std::expm1(p.now->log_prob(p.token) - p.other->log_prob(p.token));
     }},
    {"logit", nullptr, "logit of the token", "the token's logit, before the softmax", "1", Of::token,
     Against::nothing, Reads::tokens, [](const Predicted& p) { return p.logits->of(p.token); }},
    {"logit_diff", nullptr, "logit difference",
     "the logit of one token less that of another, of the two columns in `difference`", "1", Of::difference,
     Against::nothing, Reads::tokens,
     [](const Predicted& p) { return p.logits->of(p.token) - p.logits->of(p.less); }},
    {"token_rank", "rank", "number of tokens that are more likely",
     "number of tokens that are more likely than the token: 0 where it is the most likely one", "1",
     Of::token, Against::nothing, Reads::vocabulary, [](const Predicted& p) { return p.now->rank(p.token); }},
    {"top_token", "argmax", "most likely token",
     "id of the most likely token; of equally likely ones the lowest", kTokenId, Of::position,
     Against::nothing, Reads::vocabulary,
     [](const Predicted& p) { return static_cast<double>(p.now->argmax()); }},
    {"entropy", nullptr, "entropy of the next token",
     "entropy of the next token, - sum P ln P over the vocabulary", "nat", Of::position, Against::nothing,
     Reads::vocabulary, [](const Predicted& p) { return p.now->entropy(); }},
    {"kl_from_clean", nullptr,
     "Kullback-Leibler divergence of the edited prediction from the clean one, D(clean || edited)",
     "Kullback-Leibler divergence D(P || Q) = sum P ln(P / Q) over the vocabulary, P the clean prediction "
     "and Q the edited one: 0 where they are equal; needs edited passes",
     "nat", Of::position, Against::clean, Reads::vocabulary,
     [](const Predicted& p) { return p.other->divergence(*p.now); }},
    {"kl_to_final", nullptr,
     "Kullback-Leibler divergence of this prediction from the pass's final one, D(final || this)",
     "Kullback-Leibler divergence D(P || Q) = sum P ln(P / Q) over the vocabulary, P what the same pass "
     "predicts at its end and Q what is predicted here: 0 where they are equal",
     "nat", Of::position, Against::final, Reads::vocabulary,
     [](const Predicted& p) { return p.other->divergence(*p.now); }},
};

constexpr PredictionMetric kMeasuredToken = {"token_id",
                                             nullptr,
                                             "token that is measured",
                                             "",
                                             kTokenId,
                                             Of::token,
                                             Against::nothing,
                                             Reads::nothing,
                                             [](const Predicted& p) { return static_cast<double>(p.token); }};

bool is_offered(const PredictionMetric& metric, Against against) {
  return metric.against == Against::nothing || metric.against == against;
}

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
  if (!metric.has_change()) return whole;
  const pipeline::Variable change = change_of(metric.variable({}));
  return whole + "; " + change.name + ": " +
         (metric.has_difference() ? "edited minus clean" + in_units(change.units)
                                  : "1 where it differs from the clean pass, else 0");
}

std::vector<pipeline::Choice> choices(Against against) {
  std::vector<pipeline::Choice> choices;
  for (const PredictionMetric& metric : kMetrics)
    if (is_offered(metric, against)) choices.push_back({metric.name, explained(metric)});
  return choices;
}

/// What some of them were called: no editor proposes it, and a workflow may still say it.
pipeline::Node old_metric_schema() {
  std::string names;
  for (const PredictionMetric& metric : kMetrics)
    if (metric.old_name != nullptr) names += (names.empty() ? "" : "|") + std::string(metric.old_name);
  return pipeline::schema::text_like("^(" + names + ")$");
}

}  // namespace

pipeline::Variable PredictionMetric::variable(std::vector<pipeline::Axis> axes) const {
  using pipeline::Dtype;
  return {name, has_difference() ? Dtype::float64 : Dtype::int64, std::move(axes), units, meaning};
}

bool PredictionMetric::has_difference() const { return std::string(units) != kTokenId; }

std::span<const PredictionMetric> prediction_metrics() { return kMetrics; }

std::vector<std::string> prediction_metric_names(Against against) {
  std::vector<std::string> names;
  for (const pipeline::Choice& choice : choices(against)) names.push_back(choice.name);
  return names;
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

void read_param(const pipeline::Node& node, MetricNames& names) {
  pipeline::read_param(node, static_cast<std::vector<std::string>&>(names));
  for (std::string& name : names) name = current_metric_name(name);
}

pipeline::Node write_param(const MetricNames& names) {
  return pipeline::write_param(static_cast<const std::vector<std::string>&>(names));
}

pipeline::Node param_schema(std::type_identity<MetricNames> /*type*/) {
  return pipeline::param_schema(std::type_identity<std::vector<std::string>>{});
}

pipeline::Rule<MetricNames> known_metrics(Against against) {
  const auto rule = pipeline::each_choice(choices(against));
  const pipeline::Node name =
      pipeline::schema::any_of({pipeline::choice_schema(rule.choices), old_metric_schema()});
  return {rule.text, rule.problem, pipeline::choices_schema(name), rule.choices};
}

}  // namespace hookflow::stages
