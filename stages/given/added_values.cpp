#include "model/edits/given.hpp"
#include "stages/given/given_edits.hpp"
#include "stages/given/given_kind.hpp"
#include "stages/given/given_values.hpp"

namespace hookflow::stages {
namespace {

/// The activation plus what is found over all prompts: a mean, or a direction.
class AddedValues : public AddedRows, public GivenKind {
 public:
  AddedValues(const std::string& /*values*/, const EditSettings& settings)
      : AddedRows(number_of(settings, kTimes, 1)) {}

  [[nodiscard]] std::unique_ptr<const GivenRows> plan(const GivenPlan& plan) const override {
    return take_results(plan, "{add: values}", [](HookKind kind, const auto& variables) {
      return variables.size() == 1 ? variables.front().name : mean_name(kind);
    });
  }
};

const bool kAddedValues = register_edit_form<AddedValues, std::string>(
    "add", {.words = {{kValues, "what comes to the input values: the only variable, or the place's mean"}}});

}  // namespace
}  // namespace hookflow::stages
