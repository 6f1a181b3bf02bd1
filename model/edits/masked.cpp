#include <limits>

#include "model/edits/edit_kind.hpp"

namespace hookflow {
namespace {

/// Minus infinity, as the model's own mask gives keys behind a query: the query sees the others as if these
/// were not there. Attention knockout, as in Geva et al. 2023, "Dissecting Recall of Factual Associations in
/// Auto-Regressive Language Models".
class Masked : public EditKind {
 public:
  [[nodiscard]] bool hides_keys() const override { return true; }

  [[nodiscard]] std::optional<std::string> problem_at(const EditPlace& place) const override {
    if (place.kind == HookKind::attn_scores) return {};
    if (place.kind == HookKind::pattern)
      return "masked: a pattern's weights are not made to add up to 1 again; write zero, or mask the scores, "
             "at hook_attn_scores";
    return "masked: " + pattern_name(place.kind) + " has no keys; must be at hook_attn_scores";
  }

  float edit(const EditedRows& at) const override {
    fill_rows(-std::numeric_limits<float>::infinity(), at);
    return kNoScalar;
  }
};

const bool kMaskedKind = register_edit_kind<Masked>("masked");

}  // namespace
}  // namespace hookflow
