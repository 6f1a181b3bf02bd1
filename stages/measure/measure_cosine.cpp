#include <algorithm>
#include <cmath>
#include <limits>

#include "model/numerics/dot.hpp"
#include "pipeline/stage/registry.hpp"
#include "stages/measure/pass_measure.hpp"
#include "stages/params/places.hpp"
#include "stages/params/positions_param.hpp"
#include "stages/params/token_pairs.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// a.b / (|a| |b|), within [-1, 1]; NaN when a vector is zero and so has no direction.
double cosine(std::span<const float> a, std::span<const float> b) {
  const double squares = dot(a, a) * dot(b, b);
  if (squares == 0) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(dot(a, b) / std::sqrt(squares), -1.0, 1.0);
}

/// How alike the vectors of a prompt's tokens are, layer by layer.
class Cosine : public PassMeasure {
 public:
  std::vector<std::string> at;
  Positions positions = Positions::slice(1, {});
  TokenPairs pairs;
  std::string layers = "all";

 protected:
  std::vector<Variable> plan_passes(const PassPlan& passes, PassRequest& request) override {
    config_ = passes.config();
    places_ = read_places(at, config_);
    pair_axis_ = PairAxis(pairs, positions, passes);
    if (by_edit()) find_edited_layers(passes);
    std::vector<Variable> variables;
    for (const HookSelection& place : places_) {
      check_vectors(place.kind);
      for (const HookPoint& point : points(place)) {
        for (const Positions& compared : pair_axis_.positions()) request.keep(point, compared);
      }
      std::vector<Axis> axes;
      if (!place.layers.empty() && !by_edit()) axes.push_back(passes.layer_axis(place.layers));
      if (has_heads(place.kind)) axes.push_back(passes.head_axis(heads_of(place, config_)));
      axes.push_back(pair_axis_.axis());
      variables.push_back({"cosine" + (places_.size() > 1 ? "_" + variable_name(place.kind) : ""),
                           Dtype::float64, std::move(axes), "1",
                           "cosine similarity of " + variable_name(place.kind) + " at two positions" +
                               (by_edit() ? ", in the layer that is edited" : "")});
    }
    return variables;
  }

  void measure(const MeasuredPass& pass, Numbers& numbers) const override {
    const auto index_pairs = pair_axis_.in(pass.fed());
    for (std::size_t v = 0; v < places_.size(); ++v) {
      const std::vector<HookPoint> measured =
          by_edit() ? std::vector<HookPoint>{{places_[v].kind, edited_layers_.at(pass.variant.value())}}
                    : points(places_[v]);
      for (const HookPoint& point : measured) {
        const Captured vectors = pass.at(point);
        for (const std::size_t head : heads_of(places_[v], config_)) {
          for (const auto& pair : index_pairs) {
            if (!pair) {
              add_missing(numbers[v], 1);
            } else {
              numbers[v].push_back(cosine(vectors.row(pair->first, head), vectors.row(pair->second, head)));
            }
          }
        }
      }
    }
  }

  [[nodiscard]] bool depends_on_variant() const override { return by_edit(); }

 private:
  [[nodiscard]] bool by_edit() const { return layers == "edited"; }

  void check_vectors(HookKind kind) const {
    const HookShape dims = shape(kind, config_);
    if (dims.axes.back() == "scale" || is_square(kind)) {
      throw ParamError("at", pattern_name(kind) + " has no vector for each position to compare");
    }
  }

  void find_edited_layers(const PassPlan& passes) {
    if (!passes.edited()) {
      throw ParamError("layers",
                       "edited measures each variant in the layer that it edits, but the input `edited` is "
                       "missing; must be the variants of an ablate stage");
    }
    const auto refuse = [](const HookKind kind, const HookPoint& edit) {
      throw ParamError("layers", "a variant edits " + to_string(edit) + " first, but " + pattern_name(kind) +
                                     " of that layer is not in `at`");
    };
    for (const Variant& variant : *passes.variants()) {
      const HookPoint edit = first_edit(variant).value();
      edited_layers_.push_back(edit.layer);
      for (const HookSelection& place : places_) {
        const bool there =
            std::find(place.layers.begin(), place.layers.end(), edit.layer) != place.layers.end();
        if (!there || !in_block(edit.kind)) refuse(place.kind, edit);
      }
    }
  }

  Config config_;
  std::vector<HookSelection> places_;
  PairAxis pair_axis_;
  std::vector<std::size_t> edited_layers_;  // of each variant, with layers: edited
};

const bool kCosine = register_stage(
    Declaration<Cosine>(
        "measure.cosine",
        "Cosine similarity of the vectors at pairs of positions; missing where a vector is zero")
        .optional_input("clean", kPass, "a clean pass")
        .optional_input("edited", kVariants,
                        "edited passes; with both inputs, each value has its change from clean")
        .output(kMeasures,
                "cosine [layer, head, pair], or a cosine_<hook point> for each of several hook points; and "
                "<variable>_change")
        .summary("*_change", "{top}")
        .summary("*", "{range}; {mean}")
        .such_as("at: \"blocks.*.hook_resid_post\"")
        .required("at", &Cosine::at,
                  "Hook points that hold a vector for each position, such as blocks.*.hook_resid_post",
                  not_empty())
        .param("positions", &Cosine::positions,
               "Positions whose pairs are compared: all, a list, or a slice such as \"1:\"")
        .param(
            "pairs", &Cosine::pairs,
            "unique: every pair of the positions once; or a list of pairs, instead of `positions`, such as "
            "[[1, 2], [1, last]], or by what stands there, [[{token: \" butter\"}, {column: dish}]]: of a "
            "column's text the last token")
        .param("layers", &Cosine::layers, "In which layers variants are measured",
               one_choice(
                   {{"all", "every variant in every layer of `at`"},
                    {"edited",
                     "each variant only in the layer that it edits first, without a further axis layer"}})));

}  // namespace
}  // namespace hookflow::stages
