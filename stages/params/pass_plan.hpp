#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// What a stage that measures passes is planned from: its ports `clean` and `edited`, the prompts and model.
class PassPlan {
 public:
  /// Throws pipeline::ParamError when neither port is wired, or the variants are not those of the clean pass.
  explicit PassPlan(const pipeline::PlanContext& context);

  [[nodiscard]] bool edited() const { return variants_ != nullptr; }
  [[nodiscard]] bool compares() const { return clean_ != nullptr && variants_ != nullptr; }
  [[nodiscard]] ModelSubject& subject() const { return *any()->subject; }
  [[nodiscard]] const Config& config() const { return subject().config(); }
  [[nodiscard]] const TokenFacts& tokens() const { return *any()->tokens; }
  [[nodiscard]] const pipeline::Prompts& prompts() const { return context_.prompts; }
  /// Of each variant, the place that it edits first; none for a clean pass alone.
  [[nodiscard]] std::vector<HookPoint> first_edits() const;

  /// Has every pass that is measured keep a place.
  void want(const HookPoint& place, const Positions& positions) const;

  /// An axis of what is measured; `measured_<name>` where the variants already have one of that name.
  [[nodiscard]] pipeline::Axis axis(const std::string& name, pipeline::Coordinates labels,
                                    const std::string& long_name) const;
  [[nodiscard]] pipeline::Axis layer_axis(const std::vector<std::size_t>& layers) const;
  [[nodiscard]] pipeline::Axis head_axis(const std::vector<std::size_t>& heads) const;

 private:
  [[nodiscard]] const Wishes* any() const {
    return clean_ != nullptr ? clean_.get() : variants_->clean.get();
  }

  const pipeline::PlanContext& context_;
  PassFacts clean_;
  VariantFacts variants_;
};

}  // namespace hookflow::stages
