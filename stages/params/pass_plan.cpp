#include "stages/params/pass_plan.hpp"

#include <algorithm>

#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

}  // namespace

PassPlan::PassPlan(const PlanContext& context) : context_(context) {
  if (context.inputs.at(0)) clean_ = context.facts<PassFacts>(0);
  if (context.inputs.at(1)) variants_ = context.facts<VariantFacts>(1);
  if (!clean_ && !variants_)
    throw ParamError("in", "there is no input; must be a clean pass, edited passes, or both");
  if (compares() && variants_->clean != clean_) {
    throw ParamError(
        "in", "the edited passes are variants of another pass than the clean one; must be variants of it");
  }
}

std::shared_ptr<const std::vector<Variant>> PassPlan::variants() const {
  return edited() ? variants_->variants : nullptr;
}

std::shared_ptr<const std::vector<Variant>> PassPlan::edits_everywhere() const {
  return edited() ? variants_->everywhere
                  : std::make_shared<const std::vector<Variant>>(std::vector<Variant>{clean_->everywhere});
}

Axis PassPlan::axis(const std::string& name, Coordinates labels, const std::string& long_name) const {
  return named({name, std::move(labels), long_name, ""});
}

Axis PassPlan::named(Axis axis) const {
  const auto& lane = context_.lane;
  const bool taken =
      std::any_of(lane.begin(), lane.end(), [&](const Axis& a) { return a.name == axis.name; });
  if (taken) axis.name = "measured_" + axis.name;
  return axis;
}

Axis PassPlan::layer_axis(const std::vector<std::size_t>& layers) const {
  return axis("layer", layers, "layer that is measured");
}

Axis PassPlan::head_axis(const std::vector<std::size_t>& heads) const {
  Axis axis = this->axis("head", heads, "head that is measured");
  axis.unordered = true;
  return axis;
}

}  // namespace hookflow::stages
