#include "model/pass/sequence.hpp"

namespace hookflow {

Join join_of(HookKind first_edit) {
  using enum HookKind;
  switch (first_edit) {
    case q:
    case k:
    case v:
    case pattern:
      return {q, {resid_pre, q, k, v}};
    case z:
      return {z, {resid_pre, z}};
    case attn_out:
      return {attn_out, {resid_pre, attn_out}};
    case mlp_post:
      return {mlp_post, {resid_mid, mlp_post}};
    case mlp_out:
      return {mlp_out, {resid_mid, mlp_out}};
    default:
      return {first_edit, {first_edit}};  // the residual stream itself
  }
}

std::set<HookPoint> inherited_places(const ForwardPlan& plan) {
  std::set<HookPoint> places;
  for (const HookPoint& edit : plan.first_edits) {
    for (const HookKind kind : join_of(edit.kind).inherits) {
      places.insert({kind, edit.layer});
    }
  }
  return places;
}

}  // namespace hookflow
