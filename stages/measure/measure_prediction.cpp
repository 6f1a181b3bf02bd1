#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipeline/stage/registry.hpp"
#include "pipeline/text/nearest.hpp"
#include "stages/measure/numbers.hpp"
#include "stages/measure/prediction_metrics.hpp"
#include "stages/params/position_axis.hpp"
#include "stages/params/positions_param.hpp"
#include "stages/params/target_tokens.hpp"
#include "stages/subject/pass_request.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// The metrics that a workflow names; an old name is read as the new one.
struct MetricNames : std::vector<std::string> {
  using vector::vector;
};

void read_param(const Node& node, MetricNames& names) {
  pipeline::read_param(node, static_cast<std::vector<std::string>&>(names));
  for (std::string& name : names) name = current_metric_name(name);
}

Node write_param(const MetricNames& names) {
  return pipeline::write_param(static_cast<const std::vector<std::string>&>(names));
}

Node param_schema(std::type_identity<MetricNames> /*type*/) {
  return pipeline::param_schema(std::type_identity<std::vector<std::string>>{});
}

Rule<MetricNames> known_metrics() {
  const auto rule = each_choice(prediction_metric_choices());
  const Node name = schema::any_of({choice_schema(rule.choices), old_metric_schema()});
  return {rule.text, rule.problem, choices_schema(name), rule.choices};
}

/// Compares what a pass predicts with the tokens that the prompt names and, behind an ablation, with the
/// clean pass of the same prompt.
class Prediction : public PromptStage {
 public:
  MetricNames metrics = {"log_prob", "prob", "top_token"};
  std::vector<std::string> tokens = {"target"};
  Positions positions = Positions::last();

  Output plan(const PlanContext& context) override {
    edited_ = static_cast<bool>(context.inputs[1]);
    const auto clean = context.facts<PassFacts>(0);
    Output output;
    PassRequest request;
    request.keep_logits(positions);
    request_ = output.ask(0, request);
    if (edited_) output.ask(1, request);
    choose_metrics();
    if (chosen_.empty())
      throw ParamError("metrics", metrics.front() +
                                      " compares with an edited pass, but the input `edited` is missing; "
                                      "must be the variants of an ablate stage");
    find_tokens(context);
    axis_ = PositionAxis("positions", positions, context, *clean->tokens);
    declare(output);
    return output;
  }

  [[nodiscard]] ValuePtr run(const Inputs& inputs) const override {
    const PassView clean = inputs.get<Pass>(0).view();
    const PromptPlace place{inputs.index(), axis_.in(clean.fed)};
    auto measures = std::make_shared<Measures>();
    const Numbers before = measured(clean, nullptr, place);
    if (!edited_) {
      measures->columns = columns_for(stored_, 1);
      store(before, nullptr, measures->columns);
      return measures;
    }
    const Predictions compared = needs_clean() ? predictions(clean) : Predictions();
    const auto& variants = inputs.get<Variants>(1);
    measures->first = variants.first;
    measures->count = variants.results.size();
    measures->columns = columns_for(stored_, measures->count);
    const Numbers none = missing(before);
    for (std::size_t i = 0; i < measures->count; ++i)
      store(variants.fits[i] ? measured(variants.view(i), &compared, place) : none, &before,
            measures->columns);
    return measures;
  }

 private:
  using Predictions = std::vector<NextToken>;  // at the positions that are asked for, all in memory

  /// A metric that is kept, and where.
  struct Chosen {
    const PredictionMetric* metric = nullptr;
    VariableId value;
    std::optional<VariableId> change;

    [[nodiscard]] bool of_tokens() const { return metric->of == PredictionMetric::Of::token; }
  };

  /// A prompt, and for each step of the positions' axis whether it has that position.
  struct PromptPlace {
    std::size_t prompt = 0;
    std::vector<std::optional<std::size_t>> positions;
  };

  /// Metrics that compare with the clean pass are left out of the clean pass itself.
  void choose_metrics() {
    for (const std::string& name : metrics) {
      const PredictionMetric& metric = prediction_metric(name);
      if (edited_ || !metric.needs_clean) chosen_.push_back({&metric, {}, {}});
    }
    if (names_tokens() && !edited_) chosen_.insert(chosen_.begin(), {&measured_token(), {}, {}});
  }

  /// Looks the columns up where a metric is of tokens. Without one no column is needed, nor an axis of
  /// tokens.
  void find_tokens(const PlanContext& context) {
    if (!names_tokens()) return tokens.clear();
    const auto refuse = [&](const std::string& problem) {
      throw ParamError("tokens",
                       problem + ", and " + listed_metrics(PredictionMetric::Of::token, metrics) +
                           " must be of a token; without a token, metrics must be among " +
                           listed_metrics(PredictionMetric::Of::position, prediction_metric_names()));
    };
    if (tokens.empty()) refuse("the list is empty");
    const std::vector<std::string> columns = columns_of(context.prompts);
    for (const std::string& token : tokens) {
      const bool there = std::find(columns.begin(), columns.end(), token) != columns.end();
      if (!there && suggestion(token, columns).empty()) refuse("no prompt has a column '" + token + "'");
    }
    targets_ = find_target_tokens(context, tokens);
  }

  [[nodiscard]] static std::vector<std::string> columns_of(const Prompts& prompts) {
    std::set<std::string> columns;
    for (const Prompt& prompt : prompts) {
      for (const auto& [name, value] : prompt.columns) columns.insert(name);
    }
    return {columns.begin(), columns.end()};
  }

  [[nodiscard]] bool names_tokens() const {
    return std::any_of(chosen_.begin(), chosen_.end(), std::mem_fn(&Chosen::of_tokens));
  }

  void declare(Output& output) {
    std::vector<Axis> axes;
    if (axis_.has_axis()) axes.push_back(axis_.axis("position"));
    std::vector<Axis> token_axes = axes;
    token_axes.push_back({"token", tokens, "column that names the token", ""});
    for (Chosen& chosen : chosen_) {
      const std::vector<Axis>& along = chosen.of_tokens() ? token_axes : axes;
      chosen.value = output.add(chosen.metric->variable(along));
      if (!edited_ || chosen.metric->change_units == nullptr) continue;
      chosen.change = output.add(chosen.metric->change_variable(along));
      if (output.variables.back().zero_is_neutral)
        output.relate(chosen.value, *chosen.change, Relation::change);
    }
    for (const Chosen& chosen : chosen_)
      if (chosen_.front().metric == &measured_token() && chosen.of_tokens() && &chosen != &chosen_.front())
        output.relate(chosen.value, chosen_.front().value, Relation::detail);
    stored_ = output.variables;
  }

  [[nodiscard]] Predictions predictions(const PassView& pass) const {
    const LogitRows logits = request_->logits(pass);
    Predictions found;
    for (std::size_t row = 0; row < logits.count(); ++row) found.emplace_back(logits.row(row));
    return found;
  }

  [[nodiscard]] bool needs_clean() const {
    return std::ranges::any_of(chosen_, [](const Chosen& chosen) { return chosen.metric->needs_clean; });
  }

  /// The numbers of one pass, [chosen metric][position, token]; without `clean`, none where it is needed.
  [[nodiscard]] Numbers measured(const PassView& pass, const Predictions* clean,
                                 const PromptPlace& place) const {
    const LogitRows logits = request_->logits(pass);
    Numbers numbers(chosen_.size());
    std::size_t row = 0;
    for (const auto& position : place.positions) {
      std::optional<NextToken> now;
      if (position) now.emplace(logits.row(row));
      for (std::size_t m = 0; m < chosen_.size(); ++m) {
        const bool compares = chosen_[m].metric->needs_clean;
        if (compares && clean == nullptr) continue;
        const std::size_t cells = chosen_[m].of_tokens() ? tokens.size() : 1;
        if (!now) add_missing(numbers[m], cells);
        for (std::size_t t = 0; now && t < cells; ++t) {
          const std::int32_t token = chosen_[m].of_tokens() ? targets_[place.prompt][t] : 0;
          numbers[m].push_back(chosen_[m].metric->value({*now, compares ? &(*clean)[row] : nullptr, token}));
        }
      }
      if (position) ++row;
    }
    return numbers;
  }

  /// Numbers of a prompt that does not have what a variant edits.
  [[nodiscard]] Numbers missing(const Numbers& like) const {
    Numbers none(like.size());
    const std::size_t steps = axis_.has_axis() ? axis_.labels().size() : 1;
    for (std::size_t m = 0; m < none.size(); ++m)
      add_missing(none[m], steps * (chosen_[m].of_tokens() ? tokens.size() : 1));
    return none;
  }

  void store(const Numbers& now, const Numbers* before, std::vector<Column>& columns) const {
    for (std::size_t m = 0; m < chosen_.size(); ++m) {
      append(now[m], columns[chosen_[m].value.index]);
      if (!chosen_[m].change) continue;
      std::vector<double> changes;
      for (std::size_t i = 0; i < now[m].size(); ++i)
        changes.push_back(chosen_[m].metric->change(now[m][i], (*before)[m][i]));
      append(changes, columns[chosen_[m].change->index]);
    }
  }

  bool edited_ = false;
  PositionAxis axis_;
  TokenLists targets_;  // one a prompt
  std::vector<Chosen> chosen_;
  std::vector<Variable> stored_;
  std::shared_ptr<const PassRequest> request_;
};

const bool kPrediction = register_stage(
    Declaration<Prediction>(
        "measure.prediction",
        "What a pass predicts as the next token and, with variants, how that differs from the clean "
        "pass of the same prompt")
        .input("clean", kPass, "the clean pass")
        .optional_input("edited", kVariants,
                        "edited passes; each value then comes with its change from clean")
        .output(kMeasures,
                "one variable for each metric, and `<metric>_change` with variants; for a clean pass also "
                "token_id")
        .summary("top_token_changed", "in {ones} of {count}")
        .summary("*_change", "{each token: {top}}")
        .summary("top_token", "{commonest}")
        .summary("kl_from_clean", "largest {largest}")
        .summary("log_prob", "{each token: {mean}}")
        .summary("prob", "{each token: {mean}}")
        .summary("logit", "{each token: {mean}}")
        .summary("token_rank", "{each token: {mean}}")
        .summary("entropy", "{mean}")
        .param("metrics", &Prediction::metrics, "Which metrics to store", known_metrics())
        .param("tokens", &Prediction::tokens,
               "Columns of the prompts that name the tokens to measure; not needed where none of the metrics "
               "is of a token",
               each_once())
        .param("positions", &Prediction::positions,
               "Where the next token is predicted: last, all, a list, or a slice such as \"1:\""));

}  // namespace
}  // namespace hookflow::stages
