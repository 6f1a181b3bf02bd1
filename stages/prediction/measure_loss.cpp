#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "pipeline/stage/registry.hpp"
#include "stages/measure/pass_measure.hpp"
#include "stages/prediction/next_token.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

constexpr double kNoLoss = std::numeric_limits<double>::quiet_NaN();

/// How badly a pass predicts the prompt's own tokens, each from those before it.
class Loss : public PassMeasure {
 public:
  std::string by = "prompt";

 protected:
  std::vector<Variable> plan_passes(const PassPlan& passes, PassRequest& request) override {
    request.keep_logits(Positions::all());
    ids_ = passes.tokens().ids;
    // A prompt of one token predicts none, and an axis has a step at least.
    steps_ = std::max<std::size_t>(2, passes.tokens().longest) - 1;
    Axis axis = numbered_axis("position", steps_,
                              "position that predicts the token after it, " + passes.tokens().counting());
    axis.counts_along = "position";
    std::vector<Axis> means;
    if (by == "half")
      means.push_back(passes.axis("half", std::vector<std::string>{"first", "second"},
                                  "half of the prompt in which the positions are that predict"));
    const std::string of = by == "half" ? " over the positions of half the prompt" : " over the prompt";
    return {{"loss",
             Dtype::float64,
             {passes.named(std::move(axis))},
             "nat",
             "loss of the next token, - ln of its probability"},
            {"mean_loss", Dtype::float64, means, "nat", "mean loss of the next token" + of},
            {"perplexity", Dtype::float64, means, "1", "perplexity, exp of the mean loss" + of}};
  }

  void measure(const MeasuredPass& pass, Numbers& numbers) const override {
    std::vector<double>& losses = numbers[0];
    const std::span<const std::int32_t> ids = ids_[pass.prompt];
    const LogitRows logits = pass.request.logits(pass.view);
    for (std::size_t position = 0; position + 1 < ids.size(); ++position)
      losses.push_back(-NextToken(logits.row(position)).log_prob(ids[position + 1]));
    const auto add_mean = [&](std::span<const double> of) {
      numbers[1].push_back(mean(of));
      numbers[2].push_back(std::exp(numbers[1].back()));
    };
    if (by == "half") {
      // The position in the middle of an odd number is of the second half.
      const std::size_t middle = std::min(ids.size() / 2, losses.size());
      add_mean(std::span(losses).first(middle));
      add_mean(std::span(losses).subspan(middle));
    } else {
      add_mean(losses);
    }
    add_missing(losses, steps_ - losses.size());
  }

 private:
  static double mean(std::span<const double> losses) {
    double sum = 0;
    for (const double loss : losses) sum += loss;
    return losses.empty() ? kNoLoss : sum / static_cast<double>(losses.size());
  }

  TokenLists ids_;
  std::size_t steps_ = 0;
};

const bool kLoss = register_stage(
    Declaration<Loss>("measure.loss",
                      "How badly a pass predicts the prompt's own tokens, each from those before it: - ln of "
                      "the next token's probability. The last position has no next token, and a prompt of "
                      "one token no loss")
        .optional_input("clean", kPass, "a clean pass")
        .optional_input("edited", kVariants,
                        "edited passes; with both inputs, each value has its change from clean")
        .output(kMeasures, "loss [position], mean_loss, perplexity; and their changes")
        .summary("mean_loss_change", "{each half: {top}}")
        .summary("mean_loss", "{each half: {mean}}")
        .summary("perplexity", "{each half: {mean}}")
        .param(
            "by", &Loss::by, "What the mean and the perplexity are of",
            one_choice({{"prompt", "all positions of the prompt"},
                        {"half",
                         "each half of the prompt, along an axis half: of 2n tokens the positions 0 to n - "
                         "1, which predict the tokens 1 to n, and those from n on; where a prompt is a "
                         "sequence said twice, the second are those that can copy"}})));

}  // namespace
}  // namespace hookflow::stages
