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

void add_capture(const ForwardPlan::Capture& capture, ForwardPlan& plan) {
  const auto found = find_capture(plan, capture.at);
  if (found == plan.captures.end()) {
    plan.captures.push_back(capture);
  } else {
    widen(plan.captures[static_cast<std::size_t>(found - plan.captures.begin())].positions,
          capture.positions);
  }
}

void add_logits(const Positions& positions, ForwardPlan& plan) {
  if (!plan.wants_logits) plan.logits = positions;
  widen(plan.logits, positions);
  plan.wants_logits = true;
}

void add_first_edit(const HookPoint& edit, ForwardPlan& plan) {
  auto& places = plan.first_edits;
  if (std::find(places.begin(), places.end(), edit) == places.end()) places.push_back(edit);
}

void add_plan(const ForwardPlan& more, ForwardPlan& plan) {
  for (const ForwardPlan::Capture& capture : more.captures) add_capture(capture, plan);
  if (more.wants_logits) add_logits(more.logits, plan);
  for (const HookPoint& edit : more.first_edits) add_first_edit(edit, plan);
}

}  // namespace

ForwardPlan no_plan() {
  ForwardPlan plan;
  plan.wants_logits = false;
  return plan;
}

void PassRequest::keep(const HookPoint& place, const Positions& positions) {
  add_capture({place, {}, positions}, plan_);
}

void PassRequest::keep_logits(const Positions& positions) { add_logits(positions, plan_); }

void PassRequest::keep_for_edit(const HookPoint& first_edit) { add_first_edit(first_edit, plan_); }

void PassRequest::keep_answers(const Answers& answers) {
  AnswerPlan& asked = answer_plans_.try_emplace(answers.column, AnswerPlan{answers}).first->second;
  add_logits(Positions::predicting_answer(), asked.plan);
}

void PassRequest::keep_for_edit(const HookPoint& first_edit, const Answers& answers) {
  AnswerPlan& asked = answer_plans_.try_emplace(answers.column, AnswerPlan{answers}).first->second;
  add_first_edit(first_edit, asked.plan);
}

void PassRequest::add(const PassRequest& other) {
  add_plan(other.plan_, plan_);
  for (const auto& [column, asked] : other.answer_plans_) {
    const auto [mine, is_new] = answer_plans_.try_emplace(column, asked);
    if (!is_new) add_plan(asked.plan, mine->second.plan);
  }
}

Captured PassRequest::at(const HookPoint& place, const PassView& pass) const {
  return {pass, place, kept_positions(plan_, place)};
}

LogitRows PassRequest::logits(const PassView& pass) const {
  if (!plan_.wants_logits) throw std::logic_error("a stage reads logits that it did not ask for");
  return {pass, plan_.logits};
}

LogitRows PassRequest::answer_logits(const std::string& column, const PassView& pass) const {
  const auto found = pass.answered.find(column);
  if (!answer_plans_.contains(column) || found == pass.answered.end())
    throw std::logic_error("a stage reads answers that it did not ask for");
  return {found->second->logits.matrix(), pass.length - 1};
}

PassRequest combined(std::span<const pipeline::RequestPtr> requests) {
  PassRequest all;
  for (const pipeline::RequestPtr& request : requests) all.add(dynamic_cast<const PassRequest&>(*request));
  return all;
}

const Positions& kept_positions(const ForwardPlan& plan, const HookPoint& place) {
  const auto found = find_capture(plan, place);
  if (found == plan.captures.end()) throw std::logic_error("nobody asked to keep " + to_string(place));
  return found->positions;
}

}  // namespace hookflow::stages
