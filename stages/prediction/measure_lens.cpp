#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/stage/registry.hpp"
#include "stages/measure/pass_measure.hpp"
#include "stages/params/places.hpp"
#include "stages/params/position_axis.hpp"
#include "stages/params/positions_param.hpp"
#include "stages/prediction/kept_metrics.hpp"
#include "stages/prediction/lens.hpp"
#include "stages/subject/cells_of.hpp"
#include "stages/subject/finite.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;
using Against = PredictionMetric::Against;
using Reads = PredictionMetric::Reads;

bool holds_residual(HookKind kind) {
  using enum HookKind;
  const std::vector<HookKind> kinds = {resid_pre, resid_mid, resid_post, attn_out, mlp_out};
  return std::ranges::find(kinds, kind) != kinds.end();
}

/// What the residual stream would predict at each layer.
class LensMeasure : public PassMeasure {
 public:
  std::vector<std::string> at = {"blocks.*.hook_resid_post"};
  MetricNames metrics = {"log_prob", "token_rank", "top_token", "kl_to_final"};
  std::vector<std::string> tokens = {"target"};
  std::vector<std::string> difference;
  Positions positions = Positions::last();

  void prepare() override { model_ = &subject_->model(); }

 protected:
  std::vector<Variable> plan_passes(const PassPlan& passes, PassRequest& request) override {
    subject_ = &passes.subject();
    prompts_ = passes.prompts().size();
    kept_ = KeptMetrics({metrics, tokens, difference, Against::final}, passes.context());
    axis_ = PositionAxis("positions", positions, passes.context(), passes.tokens());
    if (kept_.has(Against::final)) request.keep_logits(positions);
    std::vector<Variable> variables;
    places_ = read_places(at, passes.config());
    for (const HookSelection& place : places_) {
      if (!holds_residual(place.kind))
        throw ParamError("at", pattern_name(place.kind) +
                                   " holds nothing of the residual stream; must be hook_resid_pre, "
                                   "hook_resid_mid, hook_resid_post, hook_attn_out or hook_mlp_out");
      for (const HookPoint& point : points(place)) request.keep(point, positions);
      std::vector<Axis> axes = {passes.layer_axis(place.layers)};
      if (axis_.has_axis()) axes.push_back(passes.named(axis_.axis("position")));
      for (std::size_t m = 0; m < kept_.size(); ++m) variables.push_back(declare(kept_[m], place, axes));
    }
    return variables;
  }

  [[nodiscard]] std::vector<KnownArray> known() const override {
    if (!kept_.has(PredictionMetric::Of::token)) return {};
    const std::size_t count = tokens.size();
    Variable id = measured_token().variable({kept_.token_axis()});
    id.relation = Relation::detail;
    return {{std::move(id), cells_of(prompts_ * count, [kept = kept_, count](std::size_t cell) {
               return std::int64_t{kept.token(cell / count, cell % count)};
             })}};
  }

  [[nodiscard]] double working_bytes() const override {
    return Lens::bytes(subject_->config(), std::min(LogitBlocks::kRows, vectors()), made());
  }

  void measure(const MeasuredPass& pass, Numbers& numbers) const override {
    for (std::size_t v = 0; v < numbers.size(); ++v) {
      const PredictionMetric& metric = kept_[v % kept_.size()];
      add_missing(numbers[v],
                  places_[v / kept_.size()].layers.size() * axis_.labels().size() * kept_.cells(metric));
    }
    const std::vector<Read> all = reads(pass);
    Lens lens(*model_, std::min(LogitBlocks::kRows, all.size()), made());
    for (std::size_t first = 0; first < all.size(); first += LogitBlocks::kRows) {
      const auto block = std::span(all).subspan(first, std::min(LogitBlocks::kRows, all.size() - first));
      for (std::size_t i = 0; i < block.size(); ++i)
        std::ranges::copy(block[i].vector, lens.vector(i).begin());
      lens.read(block.size());
      add(block, lens, pass, numbers);
    }
  }

 private:
  /// A vector that is read, and where its numbers go.
  struct Read {
    std::span<const float> vector;
    std::size_t place, layer;  // index among the places, and among the place's layers
    std::size_t step;          // along the positions' axis
    std::size_t position;
  };

  [[nodiscard]] Variable declare(const PredictionMetric& metric, const HookSelection& place,
                                 const std::vector<Axis>& axes) const {
    Variable variable = kept_.variable(metric, axes);
    if (places_.size() > 1) variable.name = variable_name(place.kind) + "_" + variable.name;
    if (metric.of == PredictionMetric::Of::token) variable.ancillary = {measured_token().name};
    variable.long_name += ", by the lens at " + variable_name(place.kind);
    return variable;
  }

  [[nodiscard]] Lens::Makes made() const {
    return kept_.has(Reads::vocabulary) ? Lens::Makes::logits : Lens::Makes::normalized;
  }

  [[nodiscard]] std::size_t vectors() const {
    std::size_t layers = 0;
    for (const HookSelection& place : places_) layers += place.layers.size();
    return layers * axis_.labels().size();
  }

  /// Position after position, so that what the pass predicts there is needed once.
  [[nodiscard]] std::vector<Read> reads(const MeasuredPass& pass) const {
    std::vector<Read> reads;
    for (std::size_t place = 0; place < places_.size(); ++place) {
      const std::vector<HookPoint> at_layers = points(places_[place]);
      for (std::size_t layer = 0; layer < at_layers.size(); ++layer) {
        const Captured captured = pass.at(at_layers[layer]);
        const auto here = axis_.in(pass.fed());
        for (std::size_t step = 0; step < here.size(); ++step) {
          if (here[step]) reads.push_back({captured.row(*here[step]), place, layer, step, *here[step]});
        }
      }
    }
    std::ranges::stable_sort(reads, {}, &Read::step);
    return reads;
  }

  void add(std::span<const Read> block, const Lens& lens, const MeasuredPass& pass, Numbers& numbers) const {
    std::optional<NextToken> final;
    for (std::size_t i = 0; i < block.size(); ++i) {
      const Read& read = block[i];
      const std::string by = "by the lens at " + to_string(points(places_[read.place])[read.layer]) + " ";
      const TokenLogits logits(*model_, lens.normalized(i), read.position, by);
      std::optional<NextToken> next;
      if (kept_.has(Reads::vocabulary)) next.emplace(finite_row(lens.logits(i), read, by));
      if (kept_.has(Against::final) && (i == 0 || block[i - 1].step != read.step))
        final = predicted_at(pass, read.position);
      add(read, {&logits, address(next), address(final)}, pass.prompt, numbers);
    }
  }

  static LogitRow finite_row(LogitRow logits, const Read& read, const std::string& by) {
    check_finite(logits.values, [&](std::size_t id) {
      return by + "the logit of token id " + std::to_string(id) + " at position " +
             std::to_string(read.position);
    });
    return logits;
  }

  void add(const Read& read, const Predicted& predicted, std::size_t prompt, Numbers& numbers) const {
    for (std::size_t m = 0; m < kept_.size(); ++m) {
      const std::size_t cells = kept_.cells(kept_[m]);
      const std::size_t first = (read.layer * axis_.labels().size() + read.step) * cells;
      for (std::size_t cell = 0; cell < cells; ++cell)
        numbers[read.place * kept_.size() + m][first + cell] = kept_.value(kept_[m], cell, prompt, predicted);
    }
  }

  /// By the pass itself.
  [[nodiscard]] NextToken predicted_at(const MeasuredPass& pass, std::size_t position) const {
    const std::vector<std::size_t> rows = positions.resolve(pass.fed());
    const auto row = std::ranges::find(rows, position) - rows.begin();
    return NextToken(pass.request.logits(pass.view).row(static_cast<std::size_t>(row)));
  }

  ModelSubject* subject_ = nullptr;
  const Model* model_ = nullptr;
  std::size_t prompts_ = 0;
  std::vector<HookSelection> places_;
  PositionAxis axis_;
  KeptMetrics kept_;
};

const bool kLens = register_stage(
    Declaration<LensMeasure>(
        "measure.lens",
        "What the residual stream would predict if the model ended there (the logit lens): each vector goes "
        "through the final layer norm, by its own mean and variance, and the unembedding")
        .optional_input("clean", kPass, "a clean pass")
        .optional_input("edited", kVariants,
                        "edited passes; with both inputs, each value has its change from clean")
        .output(kMeasures,
                "one variable for each metric [layer, position, token], or a <hook point>_<metric> for each "
                "of several hook points; their changes; and token_id")
        .summary("*top_token_changed", "in {ones} of {count}")
        .summary("*_change", "{each token: {top}}")
        .summary("*top_token", "{commonest}")
        .summary("*kl_to_final", "{range}")
        .summary("*prob", "{each token: {range}}")
        .summary("*token_rank", "{each token: {range}}")
        .summary("*logit_diff", "{range}")
        .summary("*logit", "{each token: {range}}")
        .summary("*entropy", "{range}")
        .param("at", &LensMeasure::at,
               "Hook points of the residual stream, or what is added to it: hook_resid_pre, hook_resid_mid, "
               "hook_resid_post, hook_attn_out, hook_mlp_out of any layers",
               not_empty())
        .param("metrics", &LensMeasure::metrics, "Which metrics to store", known_metrics(Against::final))
        .param("tokens", &LensMeasure::tokens,
               "Columns of the prompts that name the tokens to measure; not needed where none of the metrics "
               "is of a token",
               each_once())
        .param("difference", &LensMeasure::difference,
               "The two columns of logit_diff, the first less the second; none: the first two of tokens",
               two_columns())
        .param("positions", &LensMeasure::positions,
               "Where it is read: last, all, a list, or a slice such as \"1:\""));

}  // namespace
}  // namespace hookflow::stages
