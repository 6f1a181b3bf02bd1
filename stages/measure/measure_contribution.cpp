#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/numerics/dot.hpp"
#include "pipeline/stage/registry.hpp"
#include "stages/measure/pass_measure.hpp"
#include "stages/measure/projected_direction.hpp"
#include "stages/params/direction_param.hpp"
#include "stages/params/places.hpp"
#include "stages/params/position_axis.hpp"
#include "stages/params/positions_param.hpp"
#include "stages/subject/token_logits.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// What is added up to what a place of the residual stream holds, but for heads and biases.
std::vector<HookPoint> summands(const HookPoint& place) {
  using enum HookKind;
  const auto [kind, layer] = place;
  if (kind == resid_pre && layer == 0) return {{embed, 0}, {pos_embed, 0}};
  if (kind == resid_pre) return {{resid_post, layer - 1}};
  if (kind == resid_mid) return {{resid_pre, layer}, {attn_out, layer}};
  if (kind == resid_post) return {{resid_mid, layer}, {mlp_out, layer}};
  return {};  // attn_out: heads and a bias
}

Rule<std::string> final_or_input() {
  return {"final, or the input of one layer, as in blocks.3.hook_resid_pre",
          {},
          schema::any_of({schema::words({"final"}), schema::text_like("resid_pre|input")})};
}

/// What each part of the model adds to a direction behind the final norm, or behind that of a layer's
/// attention.
class Contribution : public PassMeasure {
 public:
  Direction direction;
  std::string at = "final";
  Positions positions = Positions::last();

  void prepare() override { model_ = &subject_->model(); }

 protected:
  std::vector<Variable> plan_passes(const PassPlan& passes, PassRequest& request) override {
    subject_ = &passes.subject();
    variants_ = passes.variants();
    own_edits_ = passes.own_edits();
    find_end(passes.config());
    directions_ = Directions(direction, passes);
    if (end_.layer && !directions_.is_vector())
      throw ParamError("direction",
                       "the logit of a token is behind the final norm, but `at` is the input of "
                       "a layer; must be {vector: [x, ...]}");
    axis_ = PositionAxis("positions", positions, passes.context(), passes.tokens());
    ask(request);
    return declare(passes);
  }

  [[nodiscard]] std::unique_ptr<const OfPrompt> of_prompt(std::size_t prompt) const override {
    auto projected = std::make_unique<ProjectedDirection>(*model_, end_, directions_.of(prompt, *model_));
    if (!directions_.is_vector()) projected->add_unembedding_bias(*model_, directions_.tokens(prompt));
    return projected;
  }

  [[nodiscard]] double working_bytes() const override {
    return ProjectedDirection::bytes(subject_->config(), end_);
  }

  void measure(const MeasuredPass& pass, Numbers& numbers) const override {
    for (const auto& position : axis_.in(pass.fed())) {
      if (position) {
        add(pass, *position, numbers);
      } else {
        for (std::size_t v = 0; v < numbers.size(); ++v) add_missing(numbers[v], cells_[v]);
      }
    }
  }

 private:
  enum Part : std::size_t { kEmbed, kPosEmbed, kHeads, kAttentionBiases, kMlps, kNormBias, kTotal, kEdits };

  void find_end(const Config& config) {
    end_ = {};
    if (at == "final") return;
    const std::vector<HookSelection> places = read_places({at}, config);
    const HookSelection& place = places.front();
    if (places.size() > 1 || place.kind != HookKind::resid_pre || place.layers.size() != 1)
      throw ParamError("at", "'" + at + "' is neither; must be " + final_or_input().text);
    if (place.layers.front() == 0)
      throw ParamError("at", "before layer 0 stand the embeddings alone; must be final, or a later layer");
    end_.layer = place.layers.front();
  }

  [[nodiscard]] HookPoint scale() const {
    return end_.layer ? HookPoint{HookKind::ln1_scale, *end_.layer} : HookPoint{HookKind::ln_final_scale, 0};
  }
  [[nodiscard]] HookPoint normalized() const {
    return end_.layer ? HookPoint{HookKind::ln1_normalized, *end_.layer}
                      : HookPoint{HookKind::ln_final_normalized, 0};
  }
  [[nodiscard]] std::size_t layers() const { return end_.layers(subject_->config()); }

  /// The places of the stream where a variant puts in something else than their sum.
  [[nodiscard]] std::set<HookPoint> edited_sums(const Variant& variant) const {
    using enum HookKind;
    std::set<HookPoint> places;
    for (const Intervention& edit : variant) {
      const auto [kind, layer] = edit.at;
      const bool is_sum = kind == resid_pre || kind == attn_out || kind == resid_mid || kind == resid_post;
      const bool before = layer < layers() || (kind == resid_pre && layer == layers());
      if (is_sum && before) places.insert(edit.at);
    }
    return places;
  }

  void ask(PassRequest& request) {
    const auto keep = [&](const HookPoint& place) { request.keep(place, positions); };
    keep({HookKind::embed, 0});
    keep({HookKind::pos_embed, 0});
    for (std::size_t layer = 0; layer < layers(); ++layer) {
      keep({HookKind::z, layer});
      keep({HookKind::mlp_out, layer});
    }
    keep(scale());
    if (directions_.is_vector()) {
      keep(normalized());
    } else {
      request.keep_token_logits(positions, directions_.all_tokens());
    }
    std::vector<Variant> edited = {own_edits_};
    if (variants_ != nullptr) edited.insert(edited.end(), variants_->begin(), variants_->end());
    for (const Variant& variant : edited) {
      for (const HookPoint& place : edited_sums(variant)) {
        edits_sums_ = true;
        keep(place);
        for (const HookPoint& summand : summands(place)) keep(summand);
      }
    }
  }

  std::vector<Variable> declare(const PassPlan& passes) {
    std::vector<std::size_t> before(layers()), all_heads(passes.config().heads);
    std::iota(before.begin(), before.end(), std::size_t{0});
    std::iota(all_heads.begin(), all_heads.end(), std::size_t{0});
    const Axis layer = passes.layer_axis(before), head = passes.head_axis(all_heads);
    const std::string to = directions_.meaning();
    const std::string norm = end_.layer ? "the layer's norm" : "the final norm";
    std::vector<Variable> variables;
    const auto add = [&](const std::string& name, std::vector<Axis> axes, const std::string& meaning) {
      cells_.push_back(cell_count(axes));
      if (axis_.has_axis()) axes.insert(axes.begin(), passes.named(axis_.axis("position")));
      variables.push_back({name, Dtype::float64, std::move(axes), "1", meaning});
      variables.back().zero_is_neutral = name != "total";
    };
    const auto part = [&](const std::string& what) { return what + " adds to the " + to; };
    add("embed", {}, part("what the token's embedding"));
    add("pos_embed", {}, part("what the position's embedding"));
    add("heads", {layer, head}, part("what a head"));
    add("attention_biases", {layer}, part("what the bias behind a layer's heads"));
    add("mlps", {layer}, part("what an MLP, with its bias,"));
    add("norm_bias", {}, part("what the bias of " + norm + (end_.layer ? "" : " and of the unembedding")));
    add("total", {}, to + (end_.layer ? ", behind the layer's norm" : ""));
    if (edits_sums_) add("edits", {}, part("what edits put into the stream beside these"));
    return variables;
  }

  /// Of one position.
  void add(const MeasuredPass& pass, std::size_t position, Numbers& numbers) const {
    const auto& projected = dynamic_cast<const ProjectedDirection&>(*pass.common);
    const double held = double{pass.at(scale()).row(position).front()};
    const auto of = [&](const HookPoint& place) {
      return dot(projected.centred(), pass.at(place).row(position)) / held;
    };
    numbers[kEmbed].push_back(of({HookKind::embed, 0}));
    numbers[kPosEmbed].push_back(of({HookKind::pos_embed, 0}));
    std::vector<double> attention;  // of each layer
    for (std::size_t layer = 0; layer < layers(); ++layer) {
      const Captured z = pass.at({HookKind::z, layer});
      attention.push_back(projected.attention_bias(layer) / held);
      numbers[kAttentionBiases].push_back(attention.back());
      for (std::size_t head = 0; head < subject_->config().heads; ++head) {
        numbers[kHeads].push_back(dot(projected.head(layer, head), z.row(position, head)) / held);
        attention.back() += numbers[kHeads].back();
      }
      numbers[kMlps].push_back(of({HookKind::mlp_out, layer}));
    }
    numbers[kNormBias].push_back(projected.norm_bias());
    numbers[kTotal].push_back(total(pass, position, projected));
    if (!edits_sums_) return;
    double edits = 0;
    std::set<HookPoint> places = edited_sums(own_edits_);
    if (pass.edited) places.merge(edited_sums((*variants_)[*pass.variant]));
    for (const HookPoint& place : places) {
      edits += of(place);
      for (const HookPoint& summand : summands(place)) edits -= of(summand);
      if (place.kind == HookKind::attn_out) edits -= attention[place.layer];
    }
    numbers[kEdits].push_back(edits);
  }

  /// As the pass itself has it.
  [[nodiscard]] double total(const MeasuredPass& pass, std::size_t position,
                             const ProjectedDirection& projected) const {
    if (directions_.is_vector()) return dot(projected.direction(), pass.at(normalized()).row(position));
    const Captured vectors = pass.request.final_vectors(pass.view);
    const TokenLogits logits(*model_, vectors.row(position), position);
    const auto ids = directions_.tokens(pass.prompt);
    return ids.size() == 1 ? logits.of(ids[0]) : logits.of(ids[0]) - logits.of(ids[1]);
  }

  ModelSubject* subject_ = nullptr;
  const Model* model_ = nullptr;
  std::shared_ptr<const std::vector<Variant>> variants_;
  Variant own_edits_;  // of the pass itself
  DirectionEnd end_;
  Directions directions_;
  PositionAxis axis_;
  bool edits_sums_ = false;         // any variant
  std::vector<std::size_t> cells_;  // of each variable at one position
};

const bool kContribution = register_stage(
    Declaration<Contribution>(
        "measure.contribution",
        "What the embeddings, each head, each MLP and the biases add to a direction behind the final layer "
        "norm, such as a token's logit (direct logit attribution). The norm's scale is held at the pass's "
        "own "
        "value and its centring is done, so that all add up to the total")
        .optional_input("clean", kPass, "a clean pass")
        .optional_input("edited", kVariants,
                        "edited passes; with both inputs, each value has its change from clean")
        .output(kMeasures,
                "embed, pos_embed, heads [layer, head], attention_biases [layer] (behind the heads), mlps "
                "[layer] (with their biases), norm_bias (of the norm and the unembedding), and for edits of "
                "the residual stream or hook_attn_out edits, what these put in beside; their sum is total; "
                "and <variable>_change")
        .summary("heads_change", "{top}")
        .summary("heads", "{top}")
        .summary("mlps", "{top}")
        .summary("total", "{mean}")
        .such_as("direction: target")
        .required("direction", &Contribution::direction,
                  "To what they add: a column of the prompts, for the logit of the token that it names; two "
                  "columns, [target, contrast], for the first one's logit less the second's; or {vector: [x, "
                  "...]}, as wide as the model, instead of a token's row of the unembedding")
        .param("at", &Contribution::at,
               "Behind which norm: the final one; or ln1 of a layer, to whose vector what stands before the "
               "layer adds, with that norm's scale held",
               final_or_input())
        .param("positions", &Contribution::positions, "Where: last, all, a list, or a slice such as \"1:\""));

}  // namespace
}  // namespace hookflow::stages
