#include <algorithm>
#include <cmath>

#include "pipeline/error.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/values/renamed.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// The number that every edit of a variant puts in the activation's place; NaN where it is not one number.
float common_number(const std::vector<float>& numbers) {
  const bool same = std::ranges::all_of(numbers, [&](float number) { return number == numbers.front(); });
  return same ? numbers.front() : kNoScalar;
}

/// By what each variant replaces what it edits: 0, the value given, or the head's mean.
class ReplacementValue : public PromptStage {
 public:
  Output plan(const PlanContext& /*context*/) override {
    PassRequest request;
    request.keep_edit_scalars();
    Output output;
    output.ask(0, request);
    output.add({"replaced_by", Dtype::float32, {}, "1", "number that replaced the activation"});
    return output;
  }

  [[nodiscard]] ValuePtr run(const Inputs& inputs) const override {
    const auto& variants = inputs.get<Variants>(0);
    std::vector<float> values;
    for (const PassResult& result : variants.results) {
      if (std::ranges::any_of(result.edit_scalars, [](float number) { return std::isinf(number); }))
        throw PromptFailure("a mean that replaces the activation is not finite");
      values.push_back(common_number(result.edit_scalars));
    }
    auto measures = std::make_shared<Measures>();
    measures->first = variants.first;
    measures->count = variants.results.size();
    measures->columns.emplace_back(std::move(values));
    return measures;
  }
};

const bool kRenamedReplacement = register_renamed("put_in", "replaced_by");

const bool kReplacementValue =
    register_stage(Declaration<ReplacementValue>(
                       "measure.replacement",
                       "The number by which each variant replaced the activation: 0, a value, a head's mean; "
                       "missing where it "
                       "is not one number, as where a vector is added, or where edits of one variant differ")
                       .input("edited", kVariants, "the edited passes")
                       .output(kMeasures, "replaced_by")
                       .summary("replaced_by", "{each replacement: {range}}"));

}  // namespace
}  // namespace hookflow::stages
