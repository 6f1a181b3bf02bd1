#include "stages/subject/values.hpp"

#include <algorithm>

namespace hookflow::stages {
namespace {

/// Both, or all positions where they differ.
void widen(Positions& have, const Positions& wanted) {
  if (!(have == wanted)) have = Positions::all();
}

void add_logits(ForwardPlan& plan, const Positions& positions) {
  if (plan.wants_logits) {
    widen(plan.logits, positions);
  } else {
    plan.wants_logits = true;
    plan.logits = positions;
  }
}

auto find_capture(ForwardPlan& plan, const HookPoint& place) {
  return std::find_if(plan.captures.begin(), plan.captures.end(),
                      [&](const ForwardPlan::Capture& capture) { return capture.at == place; });
}

void add_capture(ForwardPlan& plan, const HookPoint& place, const Positions& positions) {
  const auto found = find_capture(plan, place);
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
  clean->want_capture(place, positions);
}

void VariantWishes::keep_as_clean() {
  for (ForwardPlan::Capture& capture : plan.captures) {
    capture.positions = find_capture(clean->plan, capture.at)->positions;
  }
}

}  // namespace hookflow::stages
