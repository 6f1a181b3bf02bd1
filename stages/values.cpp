#include "stages/values.hpp"

#include <algorithm>

namespace hookflow::stages {
namespace {

bool same(const Positions& a, const Positions& b) { return a.kind == b.kind && a.list == b.list; }

/// Both, or all positions where they differ.
void widen(Positions& have, const Positions& wanted) {
  if (!same(have, wanted)) have = Positions::all();
}

void add_logits(ForwardPlan& plan, const Positions& positions) {
  if (plan.wants_logits) {
    widen(plan.logits, positions);
  } else {
    plan.wants_logits = true;
    plan.logits = positions;
  }
}

void add_capture(ForwardPlan& plan, const HookPoint& place, const Positions& positions) {
  const auto found = std::find_if(plan.captures.begin(), plan.captures.end(),
                                  [&](const ForwardPlan::Capture& capture) { return capture.at == place; });
  if (found == plan.captures.end()) {
    plan.captures.push_back({place, {}, positions});
  } else {
    widen(found->positions, positions);
  }
}

}  // namespace

void Wishes::want_logits(const Positions& positions) { add_logits(plan, positions); }

void Wishes::want_capture(const HookPoint& place, const Positions& positions) {
  add_capture(plan, place, positions);
}

void Wishes::want_first_edit(const HookPoint& place) {
  auto& places = plan.first_edits;
  if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
}

void VariantWishes::want_logits(const Positions& positions) { add_logits(plan, positions); }

void VariantWishes::want_capture(const HookPoint& place, const Positions& positions) {
  add_capture(plan, place, positions);
  // What lies before a variant's first edit is taken from the clean pass, so that one must keep as much.
  clean->want_capture(place, positions);
}

}  // namespace hookflow::stages
