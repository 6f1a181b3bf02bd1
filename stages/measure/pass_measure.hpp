#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "stages/measure/numbers.hpp"
#include "stages/params/pass_plan.hpp"

namespace hookflow::stages {

/// What a stage works out once for all passes of a prompt.
struct OfPrompt {
  OfPrompt() = default;
  OfPrompt(const OfPrompt&) = delete;
  OfPrompt& operator=(const OfPrompt&) = delete;
  virtual ~OfPrompt() = default;
};

/// One pass of a prompt: the clean one, or that of a variant.
struct MeasuredPass {
  const PassRequest& request;
  PassView view;
  std::size_t prompt = 0;  // index in the run
  // Index among all variants; of a clean pass, that of the variant it is held against.
  std::optional<std::size_t> variant{};
  const OfPrompt* common = nullptr;  // what of_prompt() gave
  bool edited = false;

  [[nodiscard]] const FedPrompt& fed() const { return view.fed; }
  [[nodiscard]] Captured at(const HookPoint& place) const { return request.at(place, view); }
};

/// A stage that measures one pass at a time: a clean one, or each of the edited ones. With both, each
/// variable is followed by its change from the clean pass of the same prompt.
class PassMeasure : public pipeline::PromptStage {
 public:
  pipeline::Output plan(const pipeline::PlanContext& context) final;
  [[nodiscard]] std::vector<pipeline::Bytes> bytes(
      const pipeline::Batch& batch, std::span<const pipeline::VariantRange> ranges) const final;
  [[nodiscard]] pipeline::ValuePtr run(const pipeline::Inputs& inputs) const final;

 protected:
  /// Asks for what is measured, and says what variables one pass gives, with their own axes.
  virtual std::vector<pipeline::Variable> plan_passes(const PassPlan& passes, PassRequest& request) = 0;
  /// What is known of the prompts before any pass, asked for after plan_passes().
  [[nodiscard]] virtual std::vector<pipeline::KnownArray> known() const { return {}; }
  /// What measure() is given with each pass of that prompt.
  [[nodiscard]] virtual std::unique_ptr<const OfPrompt> of_prompt(std::size_t /*prompt*/) const { return {}; }
  /// Bytes that measuring takes at a time beside its numbers.
  [[nodiscard]] virtual double working_bytes() const { return 0; }
  /// Adds one pass's numbers to each variable's, which are empty.
  virtual void measure(const MeasuredPass& pass, Numbers& numbers) const = 0;
  /// Whether what is measured of the clean pass depends on the variant that it is held against.
  [[nodiscard]] virtual bool depends_on_variant() const { return false; }

 private:
  [[nodiscard]] Numbers measured(const MeasuredPass& pass) const;
  /// As many, of a prompt that does not have what a variant edits.
  [[nodiscard]] Numbers missing() const;

  std::vector<pipeline::Variable> measured_;    // without the changes
  std::vector<pipeline::VariableId> values_;    // where each is stored,
  std::vector<pipeline::VariableId> changes_;   // and its change, where passes are compared
  std::vector<pipeline::Variable> stored_;      // all of them
  std::shared_ptr<const PassRequest> request_;  // to the passes that are measured
  bool edited_ = false;
  bool compares_ = false;
};

}  // namespace hookflow::stages
