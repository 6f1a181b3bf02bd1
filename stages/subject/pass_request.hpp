#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "model/pass/forward.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/subject/captured.hpp"
#include "stages/subject/logit_rows.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// What is asked of passes of the prompts with an answer behind each.
struct AnswerPlan {
  Answers answers;
  ForwardPlan plan{};
};

/// What a stage asks a clean pass, or edited ones, to keep; and how it reads just that from a pass that keeps
/// more for other stages.
class PassRequest : public pipeline::Request {
 public:
  void keep(const HookPoint& place, const Positions& positions);
  /// Logits of the whole vocabulary; of these tokens alone, one by one.
  void keep_logits(const Positions& positions);
  void keep_token_logits(const Positions& positions, std::span<const std::int32_t> tokens);
  /// The numbers that the edits of variants put in.
  void keep_edit_scalars() { plan_.edit_scalars = true; }
  /// What these variants read of the clean pass, of which this is asked.
  void keep_for(const std::shared_ptr<const std::vector<Variant>>& variants, const PassRequest& asked);
  /// The logits that predict the tokens of answers, each after the ones before. Answers of the same column
  /// are the same.
  void keep_answers(const Answers& answers);
  /// All that is asked for here, and there.
  void add(const PassRequest& other);

  /// What the pass kept at a place that was asked for, what the logits of single tokens are made of, logits,
  /// or those that predict the answer of a column, (tokens, vocabulary). Throw std::logic_error for what was
  /// not.
  [[nodiscard]] Captured at(const HookPoint& place, const PassView& pass) const;
  [[nodiscard]] Captured final_vectors(const PassView& pass) const;
  [[nodiscard]] LogitRows logits(const PassView& pass) const;
  [[nodiscard]] LogitRows answer_logits(const std::string& column, const PassView& pass) const;

  /// A pass that keeps this, and those with answers behind the prompts, by column.
  [[nodiscard]] const ForwardPlan& plan() const { return plan_; }
  [[nodiscard]] const std::map<std::string, AnswerPlan>& answer_plans() const { return answer_plans_; }
  /// The tokens whose logits are read one by one.
  [[nodiscard]] const std::set<std::int32_t>& tokens_named() const { return tokens_named_; }

 private:
  ForwardPlan plan_;
  std::map<std::string, AnswerPlan> answer_plans_;
  std::set<std::int32_t> tokens_named_;
};

/// All that was asked, as one request. Throws std::bad_cast for what is no PassRequest.
PassRequest combined(std::span<const pipeline::RequestPtr> requests);

}  // namespace hookflow::stages
