#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/stage/registry.hpp"
#include "stages/measure/numbers.hpp"
#include "stages/params/position_axis.hpp"
#include "stages/params/positions_param.hpp"
#include "stages/prediction/kept_metrics.hpp"
#include "stages/subject/pass_request.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;
using Against = PredictionMetric::Against;
using Reads = PredictionMetric::Reads;

constexpr double kNoShare = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kClean = 0, kEdited = 1, kCorrupted = 2;  // ports

/// How much of the way from the corrupted pass to the clean one an edit goes.
Variable restored_of(Variable variable) {
  variable.name += "_restored";
  variable.long_name = "restored share of the " + variable.long_name +
                       ": 0 as in the corrupted pass, 1 as in the clean one, missing where these are equal";
  variable.units = "1";
  variable.zero_is_neutral = true;
  return variable;
}

/// None where the two passes differ by no more than rounding does.
double restored(double now, double corrupted, double clean) {
  constexpr double kRounding = 1e-5;
  const double all = clean - corrupted;
  return std::abs(all) <= kRounding * std::max(std::abs(clean), std::abs(corrupted))
             ? kNoShare
             : (now - corrupted) / all;
}

/// Compares what a pass predicts with the tokens that the prompt names and, behind an ablation, with the
/// clean pass of the same prompt and the pass that is edited.
class Prediction : public PromptStage {
 public:
  MetricNames metrics = {"log_prob", "prob", "top_token"};
  std::vector<std::string> tokens = {"target"};
  std::vector<std::string> difference;
  std::optional<MetricNames> restored_metrics;
  Positions positions = Positions::last();

  Output plan(const PlanContext& context) override {
    const std::shared_ptr<const PassFacts> base = find_passes(context);
    subject_ = base->subject;
    kept_ = KeptMetrics({metrics_here(), tokens, difference, Against::clean}, context);
    Output output;
    PassRequest request;
    if (kept_.has(Reads::vocabulary)) request.keep_logits(positions);
    if (kept_.has(Reads::tokens)) request.keep_token_logits(positions, kept_.tokens());
    for (std::size_t port = 0; port < context.inputs.size(); ++port) {
      if (context.inputs[port]) request_ = output.ask(port, request);
    }
    axis_ = PositionAxis("positions", positions, context, *base->tokens);
    check_positions("positions", positions, context, *context.facts<PassFacts>(kClean)->tokens);
    declare(output);
    return output;
  }

  void prepare() override { model_ = &subject_->model(); }

  [[nodiscard]] ValuePtr run(const Inputs& inputs) const override {
    const PassView clean = inputs.get<Pass>(kClean).view();
    auto measures = std::make_shared<Measures>();
    Compared to{measured(clean, nullptr, inputs.index()), {}};
    if (!edited_) {
      measures->columns = columns_for(stored_, 1);
      store(to.clean, nullptr, measures->columns);
      return measures;
    }
    to.edited =
        corrupted_ ? measured(inputs.get<Pass>(kCorrupted).view(), nullptr, inputs.index()) : to.clean;
    const Predictions by_clean = kept_.has(Against::clean) ? predictions(clean) : Predictions();
    const auto& variants = inputs.get<Variants>(kEdited);
    measures->first = variants.first;
    measures->count = variants.results.size();
    measures->columns = columns_for(stored_, measures->count);
    const Numbers none = missing();
    for (std::size_t i = 0; i < measures->count; ++i)
      store(variants.fits[i] ? measured(variants.view(i), &by_clean, inputs.index()) : none, &to,
            measures->columns);
    return measures;
  }

 private:
  /// What a pass predicts at one position, as far as metrics read it.
  struct Seen {
    std::optional<TokenLogits> logits;
    std::optional<NextToken> next;
  };
  using Predictions = std::vector<std::optional<Seen>>;  // of each step of the positions' axis

  /// A metric that is kept, and where.
  struct Chosen {
    const PredictionMetric* metric = nullptr;
    Variable variable;
    VariableId value;
    std::optional<VariableId> change, restored;
  };
  /// What edited passes are held against: the numbers of the clean pass, and of the one that is edited.
  struct Compared {
    Numbers clean;
    Numbers edited;
  };

  /// The pass that is edited, or the clean one.
  std::shared_ptr<const PassFacts> find_passes(const PlanContext& context) {
    edited_ = static_cast<bool>(context.inputs[kEdited]);
    corrupted_ = static_cast<bool>(context.inputs[kCorrupted]);
    if (corrupted_ && !edited_)
      throw ParamError("in",
                       "the input `corrupted` is the pass that is edited, but the input `edited` is "
                       "missing; must be variants of it");
    if (restored_metrics && !restored_metrics->empty() && !corrupted_)
      throw ParamError("restored",
                       "the input `corrupted` is missing; must be the pass that is edited, of "
                       "which the edits restore what the clean pass predicts");
    auto base = context.facts<PassFacts>(corrupted_ ? kCorrupted : kClean);
    if (edited_ && context.facts<VariantFacts>(kEdited)->clean != base)
      throw ParamError("in", std::string("the edited passes are variants of another pass than `") +
                                 (corrupted_ ? "corrupted" : "clean") + "`; must be variants of it" +
                                 (corrupted_ ? "" : ", or that pass is the input `corrupted`"));
    return base;
  }

  /// Metrics that compare with the clean pass are left out of the clean pass itself.
  [[nodiscard]] std::vector<std::string> metrics_here() const {
    std::vector<std::string> here;
    for (const std::string& name : metrics) {
      if (edited_ || prediction_metric(name).against != Against::clean) here.push_back(name);
    }
    if (here.empty())
      throw ParamError("metrics", metrics.front() +
                                      " compares with an edited pass, but the input `edited` is missing; "
                                      "must be the variants of an ablate stage");
    return here;
  }

  [[nodiscard]] bool is_restored(const PredictionMetric& metric) const {
    const bool can_be = metric.has_change() && metric.has_difference();
    if (!restored_metrics) return corrupted_ && can_be;
    const bool asked = std::ranges::find(*restored_metrics, metric.name) != restored_metrics->end();
    if (asked && !can_be)
      throw ParamError("restored", std::string(metric.name) +
                                       " has no difference of which a share could be "
                                       "restored; must be another metric");
    return asked;
  }

  void declare(Output& output) {
    const std::vector<Axis> axes =
        axis_.has_axis() ? std::vector<Axis>{axis_.axis("position")} : std::vector<Axis>();
    std::optional<VariableId> token;
    if (kept_.has(PredictionMetric::Of::token) && !edited_) token = choose(measured_token(), axes, output);
    for (std::size_t m = 0; m < kept_.size(); ++m) {
      const VariableId value = choose(kept_[m], axes, output);
      if (token && kept_[m].of == PredictionMetric::Of::token) output.relate(value, *token, Relation::detail);
    }
    for (const std::string& name : restored_metrics.value_or(MetricNames()))
      if (std::ranges::find(metrics, name) == metrics.end())
        throw ParamError("restored", name + " is not among metrics; must be one of them");
    stored_ = output.variables;
  }

  VariableId choose(const PredictionMetric& metric, const std::vector<Axis>& axes, Output& output) {
    Chosen chosen{&metric, kept_.variable(metric, axes), {}, {}, {}};
    chosen.value = output.add(chosen.variable);
    if (edited_ && metric.has_change()) {
      chosen.change = output.add(change_of(chosen.variable, corrupted_ ? "corrupted" : "clean"));
      if (metric.has_difference()) output.relate(chosen.value, *chosen.change, Relation::change);
    }
    if (is_restored(metric)) chosen.restored = output.add(restored_of(chosen.variable));
    return chosen_.emplace_back(std::move(chosen)).value;
  }

  /// What a pass predicts at each step of the positions' axis, one after the other; none where it has no such
  /// position.
  template <typename Use>
  void for_each_prediction(const PassView& pass, const Use& use) const {
    std::optional<LogitRows> logits;
    std::optional<Captured> vectors;
    if (kept_.has(Reads::vocabulary)) logits.emplace(request_->logits(pass));
    if (kept_.has(Reads::tokens)) vectors.emplace(request_->final_vectors(pass));
    const std::vector<std::size_t> rows = positions.resolve(pass.fed);
    for (const auto& position : axis_.in(pass.fed)) {
      std::optional<Seen> seen;
      if (position) seen.emplace();
      if (position && logits)
        seen->next.emplace(
            logits->row(static_cast<std::size_t>(std::ranges::find(rows, *position) - rows.begin())));
      if (position && vectors) seen->logits.emplace(*model_, vectors->row(*position), *position);
      use(seen);
    }
  }

  [[nodiscard]] Predictions predictions(const PassView& pass) const {
    Predictions found;
    for_each_prediction(pass, [&](const auto& seen) { found.push_back(seen); });
    return found;
  }

  /// The numbers of one pass, [chosen metric][position, token]; without `clean`, none where it is needed.
  [[nodiscard]] Numbers measured(const PassView& pass, const Predictions* clean, std::size_t prompt) const {
    Numbers numbers(chosen_.size());
    std::size_t step = 0;
    for_each_prediction(pass, [&](const std::optional<Seen>& now) {
      for (std::size_t m = 0; m < chosen_.size(); ++m) {
        const PredictionMetric& metric = *chosen_[m].metric;
        const bool compares = metric.against == Against::clean;
        if (compares && clean == nullptr) continue;
        const NextToken* other = compares && (*clean)[step] ? address((*clean)[step]->next) : nullptr;
        if (!now || (compares && other == nullptr)) {
          add_missing(numbers[m], kept_.cells(metric));
          continue;
        }
        for (std::size_t t = 0; t < kept_.cells(metric); ++t)
          numbers[m].push_back(
              kept_.value(metric, t, prompt, {address(now->logits), address(now->next), other}));
      }
      ++step;
    });
    return numbers;
  }

  /// Numbers of a prompt that does not have what a variant edits.
  [[nodiscard]] Numbers missing() const {
    Numbers none(chosen_.size());
    for (std::size_t m = 0; m < none.size(); ++m) add_missing(none[m], cell_count(chosen_[m].variable.axes));
    return none;
  }

  void store(const Numbers& now, const Compared* to, std::vector<Column>& columns) const {
    for (std::size_t m = 0; m < chosen_.size(); ++m) {
      const auto& [metric, variable, value, changed, restored_share] = chosen_[m];
      append(now[m], columns[value.index]);
      std::vector<double> changes, shares;
      for (std::size_t i = 0; i < now[m].size(); ++i) {
        if (changed) changes.push_back(change(variable, now[m][i], to->edited[m][i]));
        if (restored_share) shares.push_back(restored(now[m][i], to->edited[m][i], to->clean[m][i]));
      }
      if (changed) append(changes, columns[changed->index]);
      if (restored_share) append(shares, columns[restored_share->index]);
    }
  }

  bool edited_ = false, corrupted_ = false;
  PositionAxis axis_;
  KeptMetrics kept_;
  std::vector<Chosen> chosen_;
  std::vector<Variable> stored_;
  std::shared_ptr<const PassRequest> request_;
  ModelSubject* subject_ = nullptr;
  const Model* model_ = nullptr;
};
const bool kPrediction = register_stage(
    Declaration<Prediction>(
        "measure.prediction",
        "What a pass predicts as the next token and, with variants, how that differs from the clean "
        "pass of the same prompt")
        .input("clean", kPass, "the clean pass")
        .optional_input("edited", kVariants,
                        "edited passes; each value then comes with its change from clean")
        .optional_input("corrupted", kPass,
                        "the pass that is edited, where that is not the clean one but another of the same "
                        "prompt; changes are then from this one, and each value has its restored share, "
                        "(edited - corrupted) / (clean - corrupted)")
        .output(kMeasures,
                "one variable for each metric, and with variants `<metric>_change`, 0 or 1 in "
                "top_token_changed; with a corrupted pass `<metric>_restored`, missing where clean and "
                "corrupted are equal but for rounding; for a clean pass also token_id")
        .summary("*_restored", "{top}")
        .summary("top_token_changed", "in {ones} of {count}")
        .summary("*_change", "{each token: {top}}")
        .summary("top_token", "{commonest}")
        .summary("prob_from_clean", "{each token: {top}}")
        .summary("kl_from_clean", "largest {largest}")
        .summary("log_prob", "{each token: {mean}}")
        .summary("prob", "{each token: {mean}}")
        .summary("logit", "{each token: {mean}}")
        .summary("logit_diff", "{mean}")
        .summary("token_rank", "{each token: {mean}}")
        .summary("entropy", "{mean}")
        .param("metrics", &Prediction::metrics, "Which metrics to store", known_metrics(Against::clean))
        .param("tokens", &Prediction::tokens,
               "Columns of the prompts that name the tokens to measure; not needed where none of the metrics "
               "is of a token",
               each_once())
        .param("difference", &Prediction::difference,
               "The two columns of logit_diff, the first less the second; none: the first two of tokens",
               two_columns())
        .param("restored", &Prediction::restored_metrics,
               "Of which metrics the restored share is stored; null: of all that have a difference, where a "
               "corrupted pass is given")
        .param("positions", &Prediction::positions,
               "Where the next token is predicted: last, all, a list, or a slice such as \"1:\""));

}  // namespace
}  // namespace hookflow::stages
