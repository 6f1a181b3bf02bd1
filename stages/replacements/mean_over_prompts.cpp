#include "model/edits/given.hpp"
#include "stages/given/given_kind.hpp"
#include "stages/given/given_values.hpp"

namespace hookflow::stages {
namespace {

/// The mean of the place over the prompts of the run, which an aggregating stage gives.
class MeanOverPrompts : public Taken, public GivenKind {
 public:
  explicit MeanOverPrompts(const std::string& /*prompts*/) {}

  [[nodiscard]] std::unique_ptr<const GivenRows> plan(const GivenPlan& plan) const override {
    return take_results(plan, "{mean: prompts}", [](HookKind kind, const auto&) { return mean_name(kind); });
  }
};

const bool kMeanOverPrompts = register_edit_form<MeanOverPrompts, std::string>(
    "mean", {.words = {{"prompts", "for each dimension its mean over the prompts, from the input values"}}});

}  // namespace
}  // namespace hookflow::stages
