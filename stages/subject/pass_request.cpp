#include "stages/subject/pass_request.hpp"

#include <algorithm>
#include <stdexcept>

namespace hookflow::stages {
namespace {

/// What the final norm gave, edits included.
constexpr HookPoint kFinalVector{HookKind::ln_final_normalized, 0};

template <typename T>
void add_new(const T& more, std::vector<T>& all) {
  if (std::ranges::find(all, more) == all.end()) all.push_back(more);
}

void add_plan(const ForwardPlan& more, ForwardPlan& plan) {
  for (const ForwardPlan::Capture& capture : more.captures) add_new(capture, plan.captures);
  plan.logits.insert(plan.logits.end(), more.logits.begin(), more.logits.end());
  plan.edit_scalars |= more.edit_scalars;
  plan.edits.insert(plan.edits.end(), more.edits.begin(), more.edits.end());
}

}  // namespace

void PassRequest::keep(const HookPoint& place, const Positions& positions) {
  add_new({place, positions}, plan_.captures);
}

void PassRequest::keep_logits(const Positions& positions) { plan_.logits.push_back(positions); }

void PassRequest::keep_token_logits(const Positions& positions, std::span<const std::int32_t> tokens) {
  keep(kFinalVector, positions);
  tokens_named_.insert(tokens.begin(), tokens.end());
}

void PassRequest::keep_answers(const Answers& answers) {
  AnswerPlan& asked = answer_plans_.try_emplace(answers.column, AnswerPlan{answers}).first->second;
  if (asked.plan.logits.empty()) asked.plan.logits.push_back(Positions::predicting_answer());
}

void PassRequest::keep_for(const std::shared_ptr<const std::vector<Variant>>& variants,
                           const PassRequest& asked) {
  plan_.edits.push_back({variants, std::make_shared<const ForwardPlan>(asked.plan_)});
  for (const auto& [column, answered] : asked.answer_plans_) {
    AnswerPlan& mine = answer_plans_.try_emplace(column, AnswerPlan{answered.answers}).first->second;
    mine.plan.edits.push_back({variants, std::make_shared<const ForwardPlan>(answered.plan)});
  }
}

void PassRequest::add(const PassRequest& other) {
  add_plan(other.plan_, plan_);
  tokens_named_.insert(other.tokens_named_.begin(), other.tokens_named_.end());
  for (const auto& [column, asked] : other.answer_plans_) {
    const auto [mine, is_new] = answer_plans_.try_emplace(column, asked);
    if (!is_new) add_plan(asked.plan, mine->second.plan);
  }
}

Captured PassRequest::at(const HookPoint& place, const PassView& pass) const {
  std::vector<Positions> asked;
  for (const ForwardPlan::Capture& capture : plan_.captures) {
    if (capture.at == place) asked.push_back(capture.positions);
  }
  if (asked.empty()) throw std::logic_error("nobody asked to keep " + to_string(place));
  return {pass, place, asked};
}

Captured PassRequest::final_vectors(const PassView& pass) const { return at(kFinalVector, pass); }

LogitRows PassRequest::logits(const PassView& pass) const {
  if (plan_.logits.empty()) throw std::logic_error("a stage reads logits that it did not ask for");
  return {pass, plan_.logits.front()};
}

LogitRows PassRequest::answer_logits(const std::string& column, const PassView& pass) const {
  const auto found = pass.answered.find(column);
  if (!answer_plans_.contains(column) || found == pass.answered.end())
    throw std::logic_error("a stage reads answers that it did not ask for");
  return LogitRows(found->second->logits);
}

PassRequest combined(std::span<const pipeline::RequestPtr> requests) {
  PassRequest all;
  for (const pipeline::RequestPtr& request : requests) all.add(dynamic_cast<const PassRequest&>(*request));
  return all;
}

}  // namespace hookflow::stages
