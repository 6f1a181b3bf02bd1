#include <algorithm>
#include <cmath>
#include <limits>

#include "model/numerics/dot.hpp"
#include "pipeline/stage/registry.hpp"
#include "stages/measure/pass_measure.hpp"
#include "stages/params/attention_keys.hpp"
#include "stages/params/places.hpp"
#include "stages/params/positions_param.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

constexpr const char* kEachKey = "each_key";
constexpr const char* kEntropy = "entropy";

/// One variable that is stored: scores of heads against themselves, or of each head's query against the
/// others' keys; or how a head's weights are spread.
struct Scores {
  HookSelection place;
  std::vector<std::size_t> heads;
  enum class Of { same, cross, entropy } of = Of::same;
};

/// - sum w ln w of the weights of a query's keys; NaN where an edit left a negative weight.
double entropy(std::span<const float> weights) {
  double sum = 0;
  for (const float weight : weights) {
    const auto w = static_cast<double>(weight);
    if (w != 0) sum -= w * std::log(w);
  }
  return sum;
}

/// What heads see when a query looks at a key: scores before and after scaling, and weights.
class Attention : public PassMeasure {
 public:
  std::vector<std::string> at = {"blocks.*.attn.hook_pattern[*]"};
  std::string heads = "same";
  Positions queries;
  KeyChoice keys;
  std::vector<std::string> values = {kEachKey};

 protected:
  std::vector<Variable> plan_passes(const PassPlan& passes, PassRequest& request) override {
    config_ = &passes.config();
    cells_ = QueryKeyAxes(queries, keys, passes);
    for (const HookSelection& place : read_places(at, passes.config())) {
      const std::vector<std::size_t> of = heads_of(place, passes.config());
      check(place, of);
      if (keeps(kEachKey) && heads != "cross") scores_.push_back({place, of, Scores::Of::same});
      if (keeps(kEachKey) && heads != "same") scores_.push_back({place, of, Scores::Of::cross});
      if (keeps(kEntropy)) scores_.push_back({place, of, Scores::Of::entropy});
    }
    std::vector<Variable> variables;
    for (const Scores& scores : scores_) {
      ask_for(scores, request);
      variables.push_back(declare(scores, passes));
    }
    return variables;
  }

  void measure(const MeasuredPass& pass, Numbers& numbers) const override {
    const std::vector<QueryKey> cells = cells_.in(pass.prompt, pass.fed());
    for (std::size_t v = 0; v < scores_.size(); ++v) {
      for (const HookPoint& place : points(scores_[v].place)) {
        switch (scores_[v].of) {
          case Scores::Of::same:
            add_same(scores_[v], place, pass, cells, numbers[v]);
            break;
          case Scores::Of::cross:
            add_cross(scores_[v], place, pass, cells, numbers[v]);
            break;
          case Scores::Of::entropy:
            add_entropy(scores_[v], place, pass, numbers[v]);
        }
      }
    }
  }

 private:
  [[nodiscard]] bool keeps(const char* value) const {
    return std::find(values.begin(), values.end(), value) != values.end();
  }

  void check(const HookSelection& place, const std::vector<std::size_t>& of) const {
    if (!is_square(place.kind)) {
      throw ParamError(
          "at", pattern_name(place.kind) +
                    " has no queries and keys; must be hook_scores_raw, hook_attn_scores or hook_pattern");
    }
    if (keeps(kEntropy) && place.kind != HookKind::pattern)
      throw ParamError("values", pattern_name(place.kind) +
                                     " holds scores, of which there is no entropy; `at` "
                                     "must be hook_pattern");
    if (heads == "same") return;
    if (place.kind == HookKind::pattern) {
      throw ParamError("heads", heads +
                                    ": a pattern is a softmax over one head's own keys, so there is none "
                                    "across heads; `at` must be hook_scores_raw or hook_attn_scores");
    }
    if (of.size() < 2)
      throw ParamError("heads", heads + ": only one head is selected in `at`; must be two or more");
  }

  void ask_for(const Scores& scores, PassRequest& request) const {
    for (const HookPoint& place : points(scores.place)) {
      if (scores.of == Scores::Of::cross) {
        request.keep({HookKind::q, place.layer}, cells_.queries());
        request.keep({HookKind::k, place.layer}, cells_.keys());
      } else {
        request.keep(place, cells_.queries());
      }
    }
  }

  [[nodiscard]] Variable declare(const Scores& scores, const PassPlan& passes) const {
    const HookKind kind = scores.place.kind;
    const bool weights = kind == HookKind::pattern;
    std::string name = weights ? "pattern" : kind == HookKind::scores_raw ? "raw" : "scaled";
    std::string meaning = weights ? "attention weight" : "q.k of a query and a key";
    if (scores.of == Scores::Of::entropy)
      return {name + "_entropy", Dtype::float64, axes_of(scores, cells_.query_axes(passes), passes), "nat",
              "entropy of a query's attention weights, - sum w ln w over its keys"};
    if (kind == HookKind::attn_scores) meaning += ", scaled by the root of the head's width and masked";
    if (scores.of == Scores::Of::cross) {
      name += "_cross";
      meaning += ", across heads";
    }
    return {name, Dtype::float32, axes_of(scores, cells_.axes(passes), passes), "1",
            meaning + cells_.meaning()};
  }

  [[nodiscard]] static std::vector<Axis> axes_of(const Scores& scores, std::vector<Axis> cells,
                                                 const PassPlan& passes) {
    std::vector<Axis> axes = {passes.layer_axis(scores.place.layers)};
    if (scores.of == Scores::Of::cross) {
      const auto labels = passes.head_axis(scores.heads).coordinates;
      axes.push_back(passes.named({"query_head", labels, "head of the query", "", "", true}));
      axes.push_back(passes.named({"key_head", labels, "head of the key", "", "", true}));
    } else {
      axes.push_back(passes.head_axis(scores.heads));
    }
    for (Axis& axis : cells) axes.push_back(std::move(axis));
    return axes;
  }

  static void add_same(const Scores& scores, const HookPoint& place, const MeasuredPass& pass,
                       const std::vector<QueryKey>& cells, std::vector<double>& numbers) {
    const Captured captured = pass.at(place);
    for (const std::size_t head : scores.heads) {
      std::size_t query = 0;
      std::span<const float> keys;  // of the query, read once: cells come query by query
      for (const QueryKey& cell : cells) {
        if (hidden(cell, place.kind)) {
          numbers.push_back(kNoValue);
          continue;
        }
        if (keys.empty() || query != cell.query) keys = captured.row(query = cell.query, head);
        const float score = keys[*cell.key];  // minus infinity where an edit hides the key
        numbers.push_back(std::isinf(score) ? kNoValue : score);
      }
    }
  }

  void add_entropy(const Scores& scores, const HookPoint& place, const MeasuredPass& pass,
                   std::vector<double>& numbers) const {
    const Captured captured = pass.at(place);
    for (const std::size_t head : scores.heads) {
      for (const auto& query : cells_.queries_in(pass.fed()))
        numbers.push_back(query ? entropy(captured.row(*query, head)) : kNoValue);
    }
  }

  /// Whether the prompt has no such key, or the model's mask keeps it from the query.
  static bool hidden(const QueryKey& cell, HookKind kind) {
    return !cell.key || (kind == HookKind::attn_scores && *cell.key > cell.query);
  }

  void add_cross(const Scores& scores, const HookPoint& place, const MeasuredPass& pass,
                 const std::vector<QueryKey>& cells, std::vector<double>& numbers) const {
    const Captured q = pass.at({HookKind::q, place.layer});
    const Captured k = pass.at({HookKind::k, place.layer});
    const bool scaled = place.kind == HookKind::attn_scores;
    const double factor = scaled ? double{config_->score_scale(place.layer)} : 1;
    for (const std::size_t i : scores.heads) {
      for (const std::size_t j : scores.heads) {
        for (const QueryKey& cell : cells) {
          numbers.push_back(i == j || hidden(cell, place.kind)
                                ? kNoValue
                                : factor * dot(q.row(cell.query, i), k.row(*cell.key, j)));
        }
      }
    }
  }

  std::vector<Scores> scores_;  // one a variable
  QueryKeyAxes cells_;
  const Config* config_ = nullptr;
};

const bool kAttention = register_stage(
    Declaration<Attention>(
        "measure.attention",
        "Attention scores and weights by query and key; missing where the model or an edit hides a key from "
        "a "
        "query (hook_attn_scores), where a query has no such key, and for a head against itself across heads")
        .optional_input("clean", kPass, "a clean pass")
        .optional_input("edited", kVariants,
                        "edited passes; with both inputs, each value has its change from clean")
        .output(kMeasures,
                "raw, scaled, pattern [layer, head, query, key]; raw_cross, scaled_cross [layer, query_head, "
                "key_head, query, key]; pattern_entropy [layer, head, query]; and <variable>_change")
        .summary("*_change", "{top}")
        .summary("*", "{range}; {mean}")
        .param(
            "at", &Attention::at,
            "Hook points to store: hook_scores_raw, hook_attn_scores, hook_pattern of any layers and heads",
            not_empty())
        .param("heads", &Attention::heads, "Which keys the queries of a head are compared with",
               one_choice({{"same", "the head's own"},
                           {"cross", "those of every other head"},
                           {"both", "same and cross"}}))
        .param("queries", &Attention::queries,
               "Positions of the queries, which attend: all, last, a list, or a slice")
        .param(
            "keys", &Attention::keys,
            "Positions of the keys, which are attended to: all, last, a list, a slice, earlier (those "
            "before the query), self (the query's own), {offset: -1} (at that distance from the query), or "
            "{previous_occurrence: +1} (at that distance from where the query's own token stood before: "
            "what an induction head looks at; missing where it did not)")
        .param("values", &Attention::values, "What is stored",
               each_choice(
                   {{kEachKey, "the score or weight of each of `keys`"},
                    {kEntropy,
                     "of hook_pattern, how a query's weights are spread over all its keys: - sum w ln w "
                     "(nat), 0 where it looks at one alone; missing where an edit left a weight below 0"}})));

}  // namespace
}  // namespace hookflow::stages
