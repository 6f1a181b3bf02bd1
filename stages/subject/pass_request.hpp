#pragma once
#include <map>
#include <span>
#include <string>

#include "model/pass/forward.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/subject/captured.hpp"
#include "stages/subject/logit_rows.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// A plan that asks for nothing.
ForwardPlan no_plan();

/// What is asked of passes of the prompts with an answer behind each.
struct AnswerPlan {
  Answers answers;
  ForwardPlan plan = no_plan();
};

/// What a stage asks a clean pass, or edited ones, to keep; and how it reads just that from a pass that keeps
/// more for other stages.
class PassRequest : public pipeline::Request {
 public:
  void keep(const HookPoint& place, const Positions& positions);
  void keep_logits(const Positions& positions);
  /// What variants whose first edit is at this place start from.
  void keep_for_edit(const HookPoint& first_edit);
  /// The logits that predict the tokens of answers, each after the ones before; or what variants with these
  /// answers start from. Answers of the same column are the same.
  void keep_answers(const Answers& answers);
  void keep_for_edit(const HookPoint& first_edit, const Answers& answers);
  /// All that is asked for here, and there.
  void add(const PassRequest& other);

  /// What the pass kept at a place that was asked for, its logits, or those that predict the answer of a
  /// column, (tokens, vocabulary). Throw std::logic_error for what was not.
  [[nodiscard]] Captured at(const HookPoint& place, const PassView& pass) const;
  [[nodiscard]] LogitRows logits(const PassView& pass) const;
  [[nodiscard]] LogitRows answer_logits(const std::string& column, const PassView& pass) const;

  /// A pass that keeps this, and those with answers behind the prompts, by column.
  [[nodiscard]] const ForwardPlan& plan() const { return plan_; }
  [[nodiscard]] const std::map<std::string, AnswerPlan>& answer_plans() const { return answer_plans_; }

 private:
  ForwardPlan plan_ = no_plan();
  std::map<std::string, AnswerPlan> answer_plans_;
};

/// All that was asked, as one request. What is asked for at different positions is kept at all. Throws
/// std::bad_cast for what is no PassRequest.
PassRequest combined(std::span<const pipeline::RequestPtr> requests);

/// Where a plan keeps a place. Throws std::logic_error when it does not.
const Positions& kept_positions(const ForwardPlan& plan, const HookPoint& place);

}  // namespace hookflow::stages
