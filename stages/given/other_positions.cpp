#include "stages/given/other_positions.hpp"

#include "pipeline/error.hpp"
#include "pipeline/values/spelling.hpp"
#include "stages/params/position_axis.hpp"

namespace hookflow::stages {
namespace {

constexpr const char* kPositions = "positions";

}  // namespace

EditOption OtherPositions::option() {
  return {kPositions, Positions(), "where in the other pass, if not at the same positions"};
}

OtherPositions::OtherPositions(const EditSettings& settings) {
  if (const auto positions = settings.find(kPositions); positions != settings.end())
    positions_ = std::get<Positions>(positions->second);
}

void OtherPositions::check(const GivenPlan& plan, const std::string& form, const std::string& stage) const {
  const TokenFacts& own = *plan.base.tokens;
  const TokenFacts& other = *plan.context.facts<PassFacts>(plan.port_of(stage))->tokens;
  if (positions_) check_positions(plan.param, *positions_, plan.context, other);
  const auto refuse = [&](std::size_t prompt, const std::string& why) {
    plan.context.refuse(prompt, plan.param, form + "}: " + why);
  };
  for (std::size_t i = 0; i < own.lengths.size(); ++i) {
    if (!own.runs(i)) continue;
    try {
      static_cast<void>(moved(plan.edits, own.fed(i), other.fed(i)));
    } catch (const pipeline::PromptFailure& failure) {
      refuse(i, failure.what());
    }
    if (!positions_ && own.lengths[i] != other.lengths[i])
      refuse(i, "it has " + std::to_string(own.lengths[i]) + " tokens in the pass that is edited and " +
                    std::to_string(other.lengths[i]) + " in '" + stage +
                    "'; must be as many, or name the positions on both sides: " + form + ", positions: ...}");
  }
}

Positions OtherPositions::kept_for(const Intervention& edit) const {
  if (positions_) return *positions_;
  // What is named in one text may stand elsewhere in the other, where it is another position.
  return edit.positions.kind == Positions::Kind::named ? Positions::all() : edit.positions;
}

OtherPositions::Moved OtherPositions::moved(const std::vector<const Intervention*>& edits,
                                            const FedPrompt& edited, const FedPrompt& other) const {
  Moved moved;
  if (!positions_) return moved;
  const std::vector<std::size_t> from = positions_->resolve(other);
  for (const Intervention* edit : edits) {
    const std::vector<std::size_t> to = edit->positions.resolve(edited);
    if (!to.empty() && to.size() != from.size())  // none: a variant that the prompt does not fit
      throw pipeline::PromptFailure(pipeline::counted(to.size(), "position") + " edited, but " +
                                    std::to_string(from.size()) +
                                    " of the other pass to be put there; must be as many");
    for (std::size_t i = 0; i < to.size(); ++i) moved[to[i]] = from[i];
  }
  return moved;
}

}  // namespace hookflow::stages
