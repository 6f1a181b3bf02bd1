#pragma once
#include <span>

#include "model/pass/forward.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/subject/captured.hpp"
#include "stages/subject/logit_rows.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// What a stage asks a clean pass, or edited ones, to keep; and how it reads just that from a pass that keeps
/// more for other stages.
class PassRequest : public pipeline::Request {
 public:
  PassRequest() { plan_.wants_logits = false; }

  void keep(const HookPoint& place, const Positions& positions);
  void keep_logits(const Positions& positions);
  /// What variants whose first edit is at this place start from.
  void keep_for_edit(const HookPoint& first_edit);

  /// What the pass kept at a place that was asked for, or its logits. Throw std::logic_error for what was
  /// not.
  [[nodiscard]] Captured at(const HookPoint& place, const PassView& pass) const;
  [[nodiscard]] LogitRows logits(const PassView& pass) const;

  /// A pass that keeps this.
  [[nodiscard]] const ForwardPlan& plan() const { return plan_; }

 private:
  ForwardPlan plan_;
};

/// All that was asked, as one request. What is asked for at different positions is kept at all. Throws
/// std::bad_cast for what is no PassRequest.
PassRequest combined(std::span<const pipeline::RequestPtr> requests);

/// Where a plan keeps a place. Throws std::logic_error when it does not.
const Positions& kept_positions(const ForwardPlan& plan, const HookPoint& place);

}  // namespace hookflow::stages
