#include "stages/prediction/kept_metrics.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "pipeline/text/nearest.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/params/target_tokens.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;
using Of = PredictionMetric::Of;
using Against = PredictionMetric::Against;
using Reads = PredictionMetric::Reads;

std::vector<std::string> columns_of(const Prompts& prompts) {
  std::set<std::string> columns;
  for (const Prompt& prompt : prompts) {
    for (const auto& [name, value] : prompt.columns) columns.insert(name);
  }
  return {columns.begin(), columns.end()};
}

/// A column that no prompt has, nor one of a name like it.
std::optional<std::string> lacking(const std::vector<std::string>& wanted, const Prompts& prompts) {
  const std::vector<std::string> columns = columns_of(prompts);
  const auto found = std::ranges::find_if(wanted, [&](const std::string& column) {
    return std::ranges::find(columns, column) == columns.end() && suggestion(column, columns).empty();
  });
  return found == wanted.end() ? std::nullopt : std::optional(*found);
}

std::size_t place_of(const std::string& column, std::vector<std::string>& columns) {
  const auto found = std::ranges::find(columns, column);
  const auto place = static_cast<std::size_t>(found - columns.begin());
  if (found == columns.end()) columns.push_back(column);
  return place;
}

}  // namespace

Rule<std::vector<std::string>> two_columns() {
  return {"two columns, each once, as in [target, contrast]",
          [](const std::vector<std::string>& columns) -> std::optional<std::string> {
            if (columns.empty() || (columns.size() == 2 && columns[0] != columns[1])) return std::nullopt;
            return columns.size() == 2 ? "'" + columns[0] + "' is given twice"
                                       : "has " + std::to_string(columns.size());
          },
          schema::any_of({schema::list_of(schema::text(), 2, 2), schema::list_of(schema::text(), 0, 0)})};
}

KeptMetrics::KeptMetrics(AskedMetrics asked, const PlanContext& context) : asked_(std::move(asked)) {
  for (const std::string& name : asked_.metrics) metrics_.push_back(&prediction_metric(name));
  if (has(Of::token)) find_columns(context);
  if (has(Of::difference)) find_difference();
  if (const auto column = lacking(columns_, context.prompts))
    throw ParamError("difference", "no prompt has a column '" + *column + "', and logit_diff is of two");
  if (!columns_.empty()) ids_ = find_target_tokens(context, columns_);
}

bool KeptMetrics::has(Of of) const {
  return std::ranges::any_of(metrics_, [of](const auto* metric) { return metric->of == of; });
}

bool KeptMetrics::has(Against against) const {
  return std::ranges::any_of(metrics_, [against](const auto* metric) { return metric->against == against; });
}

bool KeptMetrics::has(Reads reads) const {
  return std::ranges::any_of(metrics_, [reads](const auto* metric) { return metric->reads == reads; });
}

void KeptMetrics::find_columns(const PlanContext& context) {
  const auto refuse = [&](const std::string& problem) {
    throw ParamError("tokens", problem + ", and " + listed_metrics(Of::token, asked_.metrics) +
                                   " must be of a token; without a token, metrics must be among " +
                                   listed_metrics(Of::position, prediction_metric_names(asked_.against)));
  };
  if (asked_.tokens.empty()) refuse("the list is empty");
  if (const auto column = lacking(asked_.tokens, context.prompts))
    refuse("no prompt has a column '" + *column + "'");
  columns_ = asked_.tokens;
}

void KeptMetrics::find_difference() {
  std::vector<std::string>& pair = asked_.difference;
  if (pair.empty()) pair = asked_.tokens;
  if (pair.size() < 2)
    throw ParamError("difference",
                     "is missing, and `tokens` has fewer than two columns; logit_diff is the logit of one "
                     "column's token less that of another's, as in [target, contrast]");
  pair.resize(2);
  token_ = place_of(pair[0], columns_);
  less_ = place_of(pair[1], columns_);
}

Variable KeptMetrics::variable(const PredictionMetric& metric, std::vector<Axis> axes) const {
  if (metric.of == Of::token) axes.push_back(token_axis());
  Variable variable = metric.variable(std::move(axes));
  if (metric.of == Of::difference)
    variable.long_name += ", " + asked_.difference[0] + " minus " + asked_.difference[1];
  return variable;
}

Axis KeptMetrics::token_axis() const { return {"token", asked_.tokens, "column that names the token", ""}; }

std::size_t KeptMetrics::cells(const PredictionMetric& metric) const {
  return metric.of == Of::token ? asked_.tokens.size() : 1;
}

double KeptMetrics::value(const PredictionMetric& metric, std::size_t cell, std::size_t prompt,
                          const Predicted& predicted) const {
  Predicted seen = predicted;
  if (metric.of != Of::position) seen.token = token(prompt, metric.of == Of::token ? cell : token_);
  if (metric.of == Of::difference) seen.less = token(prompt, less_);
  return metric.value(seen);
}

}  // namespace hookflow::stages
