#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "stages/measure/captured.hpp"
#include "stages/params/pass_plan.hpp"

namespace hookflow::stages {

/// One pass of a prompt: the clean one, or that of a variant.
struct MeasuredPass {
  const PassResult& result;
  const ForwardPlan& plan;
  std::size_t prompt = 0;  // index in the run
  std::size_t length = 0;  // tokens of the prompt
  std::optional<std::size_t>
      variant{};  // index among all variants; of a clean pass, the one it is held against

  [[nodiscard]] Captured at(const HookPoint& place) const { return {result, plan, place, length}; }
};

/// Numbers as they are measured, row-major: [variable][cell]; NaN where there is no value.
using Numbers = std::vector<std::vector<double>>;

/// A stage that measures one pass at a time: a clean one, or each of the edited ones. With both, each
/// variable is followed by its change from the clean pass of the same prompt.
class PassMeasure : public pipeline::PromptStage {
 public:
  pipeline::Output plan(const pipeline::PlanContext& context) final;
  [[nodiscard]] pipeline::Cost cost() const final;
  [[nodiscard]] pipeline::ValuePtr run(const pipeline::Inputs& inputs) const final;

 protected:
  /// Says what is to be kept, and what variables one pass gives, with their own axes.
  virtual std::vector<pipeline::Variable> plan_passes(const PassPlan& passes) = 0;
  /// Adds one pass's numbers to each variable's, which are empty.
  virtual void measure(const MeasuredPass& pass, Numbers& numbers) const = 0;
  /// Whether what is measured of the clean pass depends on the variant that it is held against.
  [[nodiscard]] virtual bool depends_on_variant() const { return false; }

 private:
  [[nodiscard]] Numbers measured(const MeasuredPass& pass) const;

  std::vector<pipeline::Variable> variables_;  // without the changes
  bool edited_ = false;
  bool compares_ = false;
};

/// Cells along a variable's axes that have no value.
void add_missing(std::vector<double>& numbers, std::size_t cells);

}  // namespace hookflow::stages
