#include <algorithm>
#include <cmath>

#include "pipeline/stage/registry.hpp"
#include "pipeline/text/nearest.hpp"
#include "stages/measure/next_token.hpp"
#include "stages/params/position_axis.hpp"
#include "stages/params/replacement.hpp"
#include "stages/params/target_tokens.hpp"
#include "stages/subject/token_id.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// Of each named token: name, unit, unit of its change, meaning.
struct TokenMetric {
  const char* name;
  const char* units;
  const char* change_units;
  const char* meaning;
};
constexpr TokenMetric kTokenMetrics[] = {
    {"log_prob", "nat", "nat", "log-softmax of the token"},
    {"prob", "percent", "percentage points", "probability of the token"},
    {"logit", "1", "1", "logit of the token"},
    {"rank", "1", "1", "number of tokens that are more likely"},
};

const TokenMetric* token_metric(const std::string& name) {
  const auto* found = std::find_if(std::begin(kTokenMetrics), std::end(kTokenMetrics),
                                   [&](const auto& m) { return name == m.name; });
  return found == std::end(kTokenMetrics) ? nullptr : found;
}

/// Compares what a pass predicts with the tokens that the prompt names and, behind an ablation, with the
/// clean pass of the same prompt.
class Prediction : public PromptStage {
 public:
  std::vector<std::string> metrics = {"log_prob", "prob", "argmax"};
  std::vector<std::string> tokens = {"target"};
  Positions positions = Positions::last();

  Output plan(const PlanContext& context) override {
    edited_ = static_cast<bool>(context.inputs[1]);
    const auto clean = context.facts<PassFacts>(0);
    clean->want_logits(positions);
    if (edited_) context.facts<VariantFacts>(1)->want_logits(positions);
    const bool by_token = std::any_of(metrics.begin(), metrics.end(), token_metric);
    if (by_token) targets_ = find_target_tokens(context.prompts, tokens, *clean->subject);
    axis_ = PositionAxis("positions", positions, context.prompts, clean->tokens->lengths);
    declare(by_token);
    Output output;
    output.variables = variables_;
    return output;
  }

  [[nodiscard]] ValuePtr run(const Inputs& inputs) const override {
    const auto& pass = inputs.get<Pass>(0);
    const LogitRows clean(pass.result().logits.matrix(), pass.wishes->plan.logits, positions, pass.length);
    Rows rows(*this, inputs.index(), pass.length);
    if (!edited_) {
      rows.add(clean, nullptr);
      return rows.finish(0, 1);
    }
    std::vector<NextToken> before;  // once for all variants
    for (std::size_t position = 0; position < clean.count(); ++position)
      before.emplace_back(clean.row(position));
    const auto& variants = inputs.get<Variants>(1);
    for (const PassResult& result : variants.results) {
      const LogitRows edited(result.logits.matrix(), variants.wishes->plan.logits, positions,
                             variants.length);
      rows.add(edited, &before);
    }
    return rows.finish(variants.first, variants.results.size());
  }

 private:
  /// Fills the variables' columns, pass after pass.
  class Rows {
   public:
    Rows(const Prediction& stage, std::size_t prompt, std::size_t length)
        : stage_(stage), prompt_(prompt), positions_(stage.axis_.in(length)) {
      for (const Variable& variable : stage.variables_) {
        if (variable.dtype == Dtype::int64) {
          columns_.emplace_back(std::vector<std::int64_t>());
        } else {
          columns_.emplace_back(std::vector<double>());
        }
      }
    }

    void add(const LogitRows& pass, const std::vector<NextToken>* clean) {
      std::size_t row = 0;
      for (const auto& position : positions_) {
        next_ = 0;
        if (!position) {  // not in this prompt
          add_missing();
          continue;
        }
        add_prediction(NextToken(pass.row(row)), clean == nullptr ? nullptr : &(*clean)[row]);
        ++row;
      }
    }

    std::shared_ptr<Measures> finish(std::size_t first, std::size_t count) {
      auto measures = std::make_shared<Measures>();
      measures->first = first;
      measures->count = count;
      measures->columns = std::move(columns_);
      return measures;
    }

   private:
    void number(double value) { std::get<std::vector<double>>(columns_[next_++]).push_back(value); }
    void whole(std::int64_t value) {
      std::get<std::vector<std::int64_t>>(columns_[next_++]).push_back(value);
    }

    void add_missing() {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const bool has_tokens =
            !stage_.variables_[i].axes.empty() && stage_.variables_[i].axes.back().name == "token";
        const std::size_t cells = has_tokens ? stage_.tokens.size() : 1;
        std::visit([&](auto& column) { column.insert(column.end(), cells, missing(column)); }, columns_[i]);
      }
    }
    static double missing(const std::vector<double>&) { return std::nan(""); }
    static float missing(const std::vector<float>&) { return std::nanf(""); }
    static std::int64_t missing(const std::vector<std::int64_t>&) { return -1; }

    void add_prediction(const NextToken& now, const NextToken* before) {
      if (stage_.names_tokens_) {
        for (const std::int32_t id : stage_.targets_[prompt_]) {
          std::get<std::vector<std::int64_t>>(columns_[next_]).push_back(id);
        }
        ++next_;
      }
      for (const std::string& metric : stage_.metrics) {
        if (token_metric(metric) != nullptr) {
          add_token_metric(metric, now, before);
        } else if (metric == "argmax") {
          whole(now.argmax());
          if (before != nullptr) whole(now.argmax() == before->argmax() ? 0 : 1);
        } else if (metric == "entropy") {
          number(now.entropy());
          if (before != nullptr) number(now.entropy() - before->entropy());
        } else if (before != nullptr) {
          number(before->divergence(now));
        }
      }
    }

    void add_token_metric(const std::string& metric, const NextToken& now, const NextToken* before) {
      for (const std::int32_t id : stage_.targets_[prompt_]) {
        const double value = now.metric(metric, id);
        std::get<std::vector<double>>(columns_[next_]).push_back(value);
        if (before != nullptr) {
          std::get<std::vector<double>>(columns_[next_ + 1]).push_back(value - before->metric(metric, id));
        }
      }
      next_ += before == nullptr ? 1 : 2;
    }

    const Prediction& stage_;
    std::size_t prompt_;
    std::vector<std::optional<std::size_t>> positions_;  // of this prompt, along the axis
    std::vector<Column> columns_;
    std::size_t next_ = 0;  // the column that is filled next
  };

  void declare(bool by_token) {
    if (!edited_ && metrics.size() == 1 && metrics.front() == "kl_from_clean") {
      throw ParamError(
          "metrics: kl_from_clean compares with an edited pass; wire the variants of an ablation", 0);
    }
    std::vector<Axis> axes;
    if (axis_.has_axis()) axes.push_back(axis_.axis("position"));
    std::vector<Axis> token_axes = axes;
    token_axes.push_back({"token", tokens, "column that names the token", ""});
    names_tokens_ = by_token && !edited_;
    if (names_tokens_) {
      variables_.push_back({"token_id", Dtype::int64, token_axes, kTokenId, "token that is measured"});
    }
    for (const std::string& name : metrics) {
      if (const TokenMetric* metric = token_metric(name)) {
        add_with_change({name, Dtype::float64, token_axes, metric->units, metric->meaning},
                        metric->change_units);
      } else if (name == "argmax") {
        variables_.push_back({name, Dtype::int64, axes, kTokenId, "most likely token"});
        if (edited_) {
          variables_.push_back(
              {"argmax_changed", Dtype::int64, axes, "1", "1 where the most likely token is another"});
        }
      } else if (name == "entropy") {
        add_with_change({name, Dtype::float64, axes, "nat", "entropy of the next token"}, "nat");
      } else if (edited_) {
        variables_.push_back(
            {name, Dtype::float64, axes, "nat",
             "Kullback-Leibler divergence of the edited prediction from the clean one, D(clean || edited)"});
      }
    }
  }

  void add_with_change(Variable variable, const char* change_units) {
    variables_.push_back(variable);
    if (!edited_) return;
    variable.name += "_change";
    variable.units = change_units;
    variable.long_name = "change from the clean pass: " + variable.long_name;
    variables_.push_back(variable);
  }

  bool edited_ = false;
  bool names_tokens_ = false;  // whether token_id is stored: once, with the clean pass
  PositionAxis axis_;
  TokenLists targets_;  // one a prompt
  std::vector<Variable> variables_;
};

const bool kPrediction = register_stage(
    Declaration<Prediction>(
        "measure.prediction",
        "What a pass predicts as the next token and, with variants, how that differs from the clean "
        "pass of the same prompt")
        .input("clean", kPass, "the clean pass")
        .optional_input("edited", kVariants,
                        "edited passes; each value then comes with its change from clean")
        .output(kMeasures, "one variable a metric, and `<metric>_change` with variants")
        .param("metrics", &Prediction::metrics, "Which numbers to keep",
               each_of({"log_prob", "prob", "logit", "rank", "argmax", "entropy", "kl_from_clean"}))
        .param("tokens", &Prediction::tokens, "Columns of the prompts that name the tokens to measure",
               distinct())
        .param("positions", &Prediction::positions,
               "Where the next token is predicted: last, all, a list, or a slice such as \"1:\""));

}  // namespace
}  // namespace hookflow::stages
