#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "stages/subject/pass_request.hpp"

namespace hookflow::stages {

/// What a stage that measures passes is planned from: its ports `clean` and `edited`, the prompts and model.
class PassPlan {
 public:
  /// Throws pipeline::ParamError when neither port is wired, or the variants are not those of the clean pass.
  explicit PassPlan(const pipeline::PlanContext& context);

  [[nodiscard]] bool edited() const { return variants_ != nullptr; }
  [[nodiscard]] bool compares() const { return clean_ != nullptr && edited(); }
  [[nodiscard]] ModelSubject& subject() const { return *any().subject; }
  [[nodiscard]] const Config& config() const { return subject().config(); }
  [[nodiscard]] const TokenFacts& tokens() const { return *any().tokens; }
  [[nodiscard]] const pipeline::Prompts& prompts() const { return context_.prompts; }
  [[nodiscard]] const pipeline::PlanContext& context() const { return context_; }
  /// The edits of each variant; none for a clean pass alone.
  [[nodiscard]] std::shared_ptr<const std::vector<Variant>> variants() const;
  /// Of each variant, or of the clean pass alone, the edits that tokens behind the prompt can have, too.
  [[nodiscard]] std::shared_ptr<const std::vector<Variant>> edits_everywhere() const;
  /// Those that the pass itself has, below its variants.
  [[nodiscard]] const Variant& own_edits() const { return any().edits; }

  /// An axis of what is measured; `measured_<name>` where the variants already have one of that name.
  [[nodiscard]] pipeline::Axis axis(const std::string& name, pipeline::Coordinates labels,
                                    const std::string& long_name) const;
  [[nodiscard]] pipeline::Axis named(pipeline::Axis axis) const;
  [[nodiscard]] pipeline::Axis layer_axis(const std::vector<std::size_t>& layers) const;
  [[nodiscard]] pipeline::Axis head_axis(const std::vector<std::size_t>& heads) const;

 private:
  [[nodiscard]] const PassFacts& any() const { return clean_ != nullptr ? *clean_ : *variants_->clean; }

  const pipeline::PlanContext& context_;
  std::shared_ptr<const PassFacts> clean_;
  std::shared_ptr<const VariantFacts> variants_;
};

}  // namespace hookflow::stages
