#include <optional>
#include <string>

#include "model/edits/given.hpp"
#include "stages/given/file_values.hpp"
#include "stages/given/given_edits.hpp"
#include "stages/given/given_kind.hpp"
#include "stages/given/given_values.hpp"

namespace hookflow::stages {
namespace {

/// The activation plus what was found over all prompts, of this run or of another: a mean, or a direction.
class AddedValues : public AddedRows, public GivenKind {
 public:
  AddedValues(const std::string& origin, const EditSettings& settings)
      : AddedRows(number_of(settings, kTimes, 1)), form_("{add: " + origin + "}") {
    if (origin != kValues)
      file_.emplace("add", origin, "the word values, which is that input of the stage, or ");
  }

  [[nodiscard]] std::unique_ptr<const GivenRows> plan(const GivenPlan& plan) const override {
    return file_ ? file_->plan(plan, form_) : take_results(plan, form_, only_or_mean);
  }

 private:
  std::string form_;
  std::optional<FileValues> file_;  // none: what comes to the stage's input
};

const bool kAddedValues = register_edit_form<AddedValues, std::string>("add");

}  // namespace
}  // namespace hookflow::stages
