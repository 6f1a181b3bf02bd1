#include "stages/given/other_positions.hpp"

#include <map>
#include <string>
#include <utility>

#include "model/rows/edited_rows.hpp"
#include "pipeline/error.hpp"
#include "pipeline/values/spelling.hpp"
#include "stages/params/position_axis.hpp"

namespace hookflow::stages {
namespace {

constexpr const char* kPositions = "positions";

/// Keys are the same in both passes.
void check_keys(const Intervention& edit, const FedPrompt& edited, const FedPrompt& other) {
  if (is_square(edit.at.kind) && edited_keys(edit, edited).end() > other.prompt)
    throw pipeline::PromptFailure("key " + std::to_string(edited_keys(edit, edited).end() - 1) +
                                  " edited, but the other pass has " +
                                  pipeline::counted(other.prompt, "token"));
}

}  // namespace

void move_positions(const std::vector<std::size_t>& edited, const std::vector<std::size_t>& other,
                    MovedPositions& moved) {
  if (!edited.empty() && edited.size() != other.size())
    throw pipeline::PromptFailure(pipeline::counted(edited.size(), "position") + " edited, but " +
                                  std::to_string(other.size()) +
                                  " of the other pass to be put there; must be as many");
  for (std::size_t i = 0; i < edited.size(); ++i) moved[edited[i]] = other[i];
}

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
  const auto problem_with = [&](const FedPrompt& fed, const FedPrompt& fed_there) -> std::string {
    try {
      static_cast<void>(moved(plan.edits, fed, fed_there));
      if (positions_)
        for (const Intervention* edit : plan.edits) check_keys(*edit, fed, fed_there);
    } catch (const pipeline::PromptFailure& failure) {
      return failure.what();
    }
    return {};
  };
  std::map<std::pair<FedPrompt, FedPrompt>, std::string> problems;  // of prompts that are fed alike the same
  for (std::size_t i = 0; i < own.lengths.size(); ++i) {
    if (!own.runs(i)) continue;
    const auto [known, is_new] = problems.try_emplace({own.fed(i), other.fed(i)});
    if (is_new) known->second = problem_with(own.fed(i), other.fed(i));
    if (!known->second.empty()) refuse(i, known->second);
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

MovedPositions OtherPositions::moved(const std::vector<const Intervention*>& edits, const FedPrompt& edited,
                                     const FedPrompt& other) const {
  MovedPositions moved;
  if (!positions_) return moved;
  const std::vector<std::size_t> from = positions_->resolve(other);
  for (const Intervention* edit : edits) move_positions(edit->positions.resolve(edited), from, moved);
  return moved;
}

}  // namespace hookflow::stages
