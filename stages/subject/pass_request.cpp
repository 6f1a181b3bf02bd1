#include "stages/subject/pass_request.hpp"

#include <algorithm>
#include <stdexcept>

namespace hookflow::stages {
namespace {

/// Both, or all positions where they differ.
void widen(Positions& have, const Positions& wanted) {
  if (!(have == wanted)) have = Positions::all();
}

auto find_capture(const ForwardPlan& plan, const HookPoint& place) {
  return std::find_if(plan.captures.begin(), plan.captures.end(),
                      [&](const ForwardPlan::Capture& capture) { return capture.at == place; });
}

}  // namespace

void PassRequest::keep(const HookPoint& place, const Positions& positions) {
  const auto found = find_capture(plan_, place);
  if (found == plan_.captures.end()) {
    plan_.captures.push_back({place, {}, positions});
  } else {
    widen(plan_.captures[static_cast<std::size_t>(found - plan_.captures.begin())].positions, positions);
  }
}

void PassRequest::keep_logits(const Positions& positions) {
  if (!plan_.wants_logits) plan_.logits = positions;
  widen(plan_.logits, positions);
  plan_.wants_logits = true;
}

void PassRequest::keep_for_edit(const HookPoint& first_edit) {
  auto& places = plan_.first_edits;
  if (std::find(places.begin(), places.end(), first_edit) == places.end()) places.push_back(first_edit);
}

Captured PassRequest::at(const HookPoint& place, const PassView& pass) const {
  return {pass, place, kept_positions(plan_, place)};
}

LogitRows PassRequest::logits(const PassView& pass) const {
  if (!plan_.wants_logits) throw std::logic_error("a stage reads logits that it did not ask for");
  return {pass, plan_.logits};
}

PassRequest combined(std::span<const pipeline::RequestPtr> requests) {
  PassRequest all;
  for (const pipeline::RequestPtr& request : requests) {
    const ForwardPlan& plan = dynamic_cast<const PassRequest&>(*request).plan();
    for (const ForwardPlan::Capture& capture : plan.captures) all.keep(capture.at, capture.positions);
    if (plan.wants_logits) all.keep_logits(plan.logits);
    for (const HookPoint& edit : plan.first_edits) all.keep_for_edit(edit);
  }
  return all;
}

const Positions& kept_positions(const ForwardPlan& plan, const HookPoint& place) {
  const auto found = find_capture(plan, place);
  if (found == plan.captures.end()) throw std::logic_error("nobody asked to keep " + to_string(place));
  return found->positions;
}

}  // namespace hookflow::stages
