#include <cmath>

#include "pipeline/stage/registry.hpp"
#include "stages/measure/pass_measure.hpp"

namespace {

using namespace hookflow;
using namespace hookflow::pipeline;
using namespace hookflow::stages;

/// The length of the residual stream's vector at the last position, behind each layer.
class ResidualNorm : public PassMeasure {
  std::vector<Variable> plan_passes(const PassPlan& passes, PassRequest& request) override {
    std::vector<std::size_t> layers;
    for (std::size_t layer = 0; layer < passes.config().layers; ++layer) {
      layers.push_back(layer);
      places_.push_back({HookKind::resid_post, layer});
      request.keep(places_.back(), Positions::last());
    }
    return {{"norm", Dtype::float64, {passes.layer_axis(layers)}, "1", "length of the residual vector"}};
  }
  void measure(const MeasuredPass& pass, Numbers& numbers) const override {
    for (const HookPoint& place : places_) {
      double squares = 0;
      for (const float x : pass.at(place).row(pass.fed().prompt - 1)) squares += double{x} * double{x};
      numbers.front().push_back(std::sqrt(squares));
    }
  }
  std::vector<HookPoint> places_;
};

const bool kResidualNorm = register_stage(
    Declaration<ResidualNorm>("mine.residual_norm", "Length of the last position's residual vector")
        .optional_input("clean", kPass, "a clean pass")
        .optional_input("edited", kVariants, "edited passes")
        .output(kMeasures, "norm [layer], and norm_change where both passes are given"));

}  // namespace
