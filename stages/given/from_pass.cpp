#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/edits/given.hpp"
#include "model/rows/edited_rows.hpp"
#include "pipeline/error.hpp"
#include "pipeline/values/spelling.hpp"
#include "stages/given/given_kind.hpp"
#include "stages/given/pass_rows.hpp"
#include "stages/params/position_axis.hpp"
#include "stages/subject/captured.hpp"
#include "stages/subject/pass_request.hpp"

namespace hookflow::stages {
namespace {

/// Keys are the same in both passes.
void check_keys(const Intervention& edit, const FedPrompt& edited, const FedPrompt& other) {
  const std::size_t end = edit.keys ? edited_keys(edit, edited).end() : 0;
  if (end > other.prompt)
    throw pipeline::PromptFailure("key " + std::to_string(end - 1) + " edited, but the other pass has " +
                                  pipeline::counted(other.prompt, "token"));
}

class RowsOfPass : public GivenRows {
 public:
  RowsOfPass(std::size_t port, std::vector<const Intervention*> edits, std::optional<Positions> positions,
             std::shared_ptr<const PassRequest> request)
      : port_(port), positions_(std::move(positions)), request_(std::move(request)) {
    for (const Intervention* edit : edits) edits_.push_back(*edit);
  }

  [[nodiscard]] std::shared_ptr<const RowSource> of(const pipeline::Inputs& inputs,
                                                    const FedPrompt& edited) const override {
    const PassView pass = inputs.get<Pass>(port_).view();
    std::map<HookPoint, Captured> places;
    for (const Intervention& edit : edits_) places.try_emplace(edit.at, request_->at(edit.at, pass));
    MatchedPositions matched;
    if (positions_)
      for (const Intervention& edit : edits_) matched.match(edit.positions, edited, *positions_, pass.fed);
    return std::make_shared<PassRows>(inputs.value(port_), std::move(places), std::move(matched));
  }

 private:
  std::size_t port_;
  std::vector<Intervention> edits_;
  std::optional<Positions> positions_;  // in the other pass
  std::shared_ptr<const PassRequest> request_;
};

/// The same place of another pass of the same prompt, at the same positions or at others.
class FromPass : public Taken, public GivenKind {
 public:
  FromPass(std::string stage, const EditSettings& settings) : stage_(std::move(stage)) {
    if (const auto positions = settings.find("positions"); positions != settings.end())
      positions_ = std::get<Positions>(positions->second);
  }

  [[nodiscard]] std::vector<std::string> passes() const override { return {stage_}; }

  [[nodiscard]] std::unique_ptr<const GivenRows> plan(const GivenPlan& plan) const override {
    const std::size_t port = plan.port_of(stage_);
    const auto other = plan.context.facts<PassFacts>(port);
    if (positions_) check_positions(plan.param, *positions_, plan.context, *other->tokens);
    check_lengths(plan, *other->tokens);
    PassRequest request;
    for (const Intervention* edit : plan.edits) {
      // What is named in one text may stand elsewhere in the other, where it is another position.
      const bool named = edit->positions.kind == Positions::Kind::named;
      request.keep(edit->at, positions_ ? *positions_ : named ? Positions::all() : edit->positions);
    }
    return std::make_unique<RowsOfPass>(port, plan.edits, positions_, plan.output.ask(port, request));
  }

 private:
  /// Without positions on both sides a position is the same in both texts.
  void check_lengths(const GivenPlan& plan, const TokenFacts& other) const {
    const TokenFacts& own = *plan.base.tokens;
    for (std::size_t i = 0; i < own.lengths.size(); ++i) {
      if (!own.runs(i)) continue;
      try {
        if (positions_) {
          MatchedPositions matched;
          for (const Intervention* edit : plan.edits)
            matched.match(edit->positions, own.fed(i), *positions_, other.fed(i));
          for (const Intervention* edit : plan.edits) check_keys(*edit, own.fed(i), other.fed(i));
        } else if (own.lengths[i] != other.lengths[i]) {
          plan.context.refuse(
              i, plan.param,
              "{from: " + stage_ + "}: it has " + std::to_string(own.lengths[i]) +
                  " tokens in the pass that is edited and " + std::to_string(other.lengths[i]) + " in '" +
                  stage_ + "'; must be as many, or name the positions on both sides: {from: " + stage_ +
                  ", positions: ...}");
        }
      } catch (const pipeline::PromptFailure& failure) {
        plan.context.refuse(i, plan.param, "{from: " + stage_ + "}: " + failure.what());
      }
    }
  }

  std::string stage_;
  std::optional<Positions> positions_;
};

const bool kFrom = register_edit_kind<FromPass, std::string>(
    "from",
    {.options = {{"positions", Positions(), "where in the other pass, if not at the same positions"}}});

}  // namespace
}  // namespace hookflow::stages
