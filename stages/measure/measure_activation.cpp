#include <numeric>

#include "pipeline/stage/registry.hpp"
#include "stages/measure/pass_measure.hpp"
#include "stages/params/places.hpp"
#include "stages/params/position_axis.hpp"
#include "stages/params/positions_param.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// What passes hold at hook points, as it is.
class Activation : public PassMeasure {
 public:
  std::vector<std::string> at;
  Positions positions = Positions::all();

 protected:
  std::vector<Variable> plan_passes(const PassPlan& passes, PassRequest& request) override {
    config_ = passes.config();
    positions_ = PositionAxis("positions", positions, passes.context(), passes.tokens());
    longest_ = passes.tokens().longest;
    places_ = read_places(at, config_);
    std::vector<Variable> variables;
    for (const HookSelection& place : places_) {
      for (const HookPoint& point : points(place)) request.keep(point, positions_.positions());
      const std::string name = variable_name(place.kind);
      variables.push_back({name, Dtype::float32, axes_of(place, passes), "1", "activation " + name});
    }
    return variables;
  }

  void measure(const MeasuredPass& pass, Numbers& numbers) const override {
    const auto positions_here = positions_.in(pass.fed());
    for (std::size_t v = 0; v < places_.size(); ++v) {
      const std::vector<std::size_t> heads = heads_of(places_[v], config_);
      for (const HookPoint& point : points(places_[v])) {
        const Captured captured = pass.at(point);
        if (is_square(point.kind)) {
          for (const std::size_t head : heads) {
            for (const auto& query : positions_here) add(captured, query, head, longest_, numbers[v]);
          }
        } else {
          const std::size_t width = shape(point.kind, config_).sizes.back();
          for (const auto& position : positions_here) {
            for (const std::size_t head : heads) add(captured, position, head, width, numbers[v]);
          }
        }
      }
    }
  }

 private:
  /// A row of `width` cells, those that the prompt does not have without a value.
  static void add(const Captured& captured, const std::optional<std::size_t>& position, std::size_t head,
                  std::size_t width, std::vector<double>& numbers) {
    if (!position) return add_missing(numbers, width);
    const auto row = captured.row(*position, head);
    numbers.insert(numbers.end(), row.begin(), row.end());
    add_missing(numbers, width - row.size());
  }

  [[nodiscard]] std::vector<Axis> axes_of(const HookSelection& place, const PassPlan& passes) const {
    const auto counted = [](std::size_t size) {
      std::vector<std::int64_t> labels(size);
      std::iota(labels.begin(), labels.end(), 0);
      return labels;
    };
    const auto position_axis = [&](const std::string& name) {
      return passes.named(positions_.axis(name, name == "position" ? name : "position of the " + name));
    };
    std::vector<Axis> axes;
    if (!place.layers.empty()) axes.push_back(passes.layer_axis(place.layers));
    const bool square = is_square(place.kind);
    if (!square && positions_.has_axis()) axes.push_back(position_axis("position"));
    if (has_heads(place.kind)) axes.push_back(passes.head_axis(heads_of(place, config_)));
    if (square) {
      if (positions_.has_axis()) axes.push_back(position_axis("query"));
      axes.push_back(
          passes.named({"key", counted(longest_),
                        "position of the key in the prompt, " + passes.tokens().counting(), "", "position"}));
      return axes;
    }
    const HookShape dims = shape(place.kind, config_);
    if (dims.axes.back() != "scale") {
      axes.push_back(
          passes.named({"dimension", counted(dims.sizes.back()), "dimension of the vector", "", "", true}));
    }
    return axes;
  }

  Config config_;
  std::vector<HookSelection> places_;
  PositionAxis positions_;
  std::size_t longest_ = 0;
};

const bool kActivation = register_stage(
    Declaration<Activation>(
        "measure.activation",
        "Activations at hook points, as they are; shorter prompts are padded with "
        "missing values. hook_attn_scores holds -inf where a key is hidden from a query, by the model "
        "or by an edit")
        .optional_input("clean", kPass, "a clean pass")
        .optional_input("edited", kVariants,
                        "edited passes; with both inputs, each value has its change from clean")
        .output(kMeasures,
                "one variable for each kind of hook point, such as resid_post [layer, position, dimension], "
                "q [layer, "
                "position, head, dimension], pattern [layer, head, query, key]; and <variable>_change")
        .summary("*_change", "{top}")
        .summary("*", "{range}; {mean}")
        .such_as("at: \"blocks.*.hook_resid_post\"")
        .required("at", &Activation::at, "Hook points, such as blocks.*.hook_resid_post", not_empty())
        .param("positions", &Activation::positions,
               "Positions to store, for scores and patterns those of the queries: all, last, a list, or a "
               "slice such as \"1:\""));

}  // namespace
}  // namespace hookflow::stages
