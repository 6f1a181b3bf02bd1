#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/edits/given.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/given/given_kind.hpp"
#include "stages/given/pass_rows.hpp"
#include "stages/given/samples.hpp"
#include "stages/given/seeded.hpp"
#include "stages/work/pass_work.hpp"

namespace hookflow::stages {
namespace {

/// The different positions of edits.
std::vector<Positions> positions_of(const std::vector<const Intervention*>& edits) {
  std::vector<Positions> all;
  for (const Intervention* edit : edits)
    if (std::ranges::find(all, edit->positions) == all.end()) all.push_back(edit->positions);
  return all;
}

/// Prompts that can stand for each other have these in common: how many positions are edited where they are
/// named in one way, which are then matched in order; else the length and every position.
class Likeness {
 public:
  explicit Likeness(const std::vector<const Intervention*>& edits)
      : positions_(positions_of(edits)),
        by_number_(positions_.size() > 1 || std::ranges::any_of(edits, [](const Intervention* edit) {
                     return is_square(edit->at.kind);
                   })) {}

  [[nodiscard]] std::vector<std::size_t> of(const FedPrompt& fed) const {
    if (!by_number_) return {positions_.front().resolve(fed).size()};
    std::vector<std::size_t> all = {fed.prompt};
    for (const Positions& positions : positions_)
      if (positions.kind == Positions::Kind::named)
        std::ranges::copy(positions.resolve(fed), std::back_inserter(all));
    return all;
  }

 private:
  std::vector<Positions> positions_;
  bool by_number_;
};

/// The clean pass of another prompt, drawn for each.
class RowsOfOthers : public RowsOfOne {
 public:
  RowsOfOthers(std::vector<std::size_t> drawn, const GivenPlan& plan)
      : drawn_(std::move(drawn)),
        positions_(positions_of(plan.edits)),
        subject_(*plan.base.subject),
        tokens_of_(plan.base.tokens->tokens_of) {
    for (const Intervention* edit : plan.edits) {
      if (std::ranges::find(places_, edit->at) == places_.end()) places_.push_back(edit->at);
      request_.keep(edit->at, edit->positions);
    }
    std::vector<pipeline::Batch> alone(drawn_.size());
    for (std::size_t prompt = 0; prompt < drawn_.size(); ++prompt) alone[prompt].add(prompt, 1);
    work_.emplace(plan.base, alone, request_, nullptr);
  }

  [[nodiscard]] std::shared_ptr<const RowSource> of(const pipeline::Inputs& inputs,
                                                    const FedPrompt& edited) const override {
    const std::shared_ptr<const Tokens> tokens = tokens_of_(inputs.prompt(drawn_[inputs.index()]));
    auto pass = std::make_shared<Pass>();
    pass->fed = {tokens->ids.size(), 0, tokens->named};
    pass->batch = std::make_shared<const CleanPass>(
        run_clean(subject_.model(), {&tokens->ids, 1}, request_.plan(), {{}, {&tokens->named, 1}}));
    std::map<HookPoint, Captured> captured;
    for (const HookPoint& place : places_) captured.try_emplace(place, request_.at(place, pass->view()));
    MovedPositions moved;
    for (const Positions& positions : positions_)
      move_positions(positions.resolve(edited), positions.resolve(pass->fed), moved);
    return std::make_shared<PassRows>(std::move(pass), std::move(captured), std::move(moved));
  }

  [[nodiscard]] pipeline::Cost cost() const override { return work_->cost(); }
  [[nodiscard]] pipeline::Bytes bytes(std::size_t prompt, const FedPrompt& /*edited*/,
                                      std::span<const std::size_t> /*wanted*/) const override {
    pipeline::Batch alone;
    alone.add(prompt, 1);
    return work_->bytes(alone, std::array{pipeline::VariantRange{}}).front();
  }
  [[nodiscard]] std::span<const std::size_t> other_prompts() const override { return drawn_; }

 private:
  std::vector<std::size_t> drawn_;  // [prompt of the run]
  std::vector<Positions> positions_;
  ModelSubject& subject_;
  std::function<std::shared_ptr<const Tokens>(const pipeline::Prompt&)> tokens_of_;
  std::vector<HookPoint> places_;
  PassRequest request_;
  std::optional<PassWork> work_;
};

/// The same place of another prompt, which is drawn for each among those that fit.
class Resample : public Taken, public GivenKind {
 public:
  Resample(const std::string& /*prompts*/, const EditSettings& settings) : settings_(settings) {}

  [[nodiscard]] std::unique_ptr<const GivenRows> plan(const GivenPlan& plan) const override {
    if (!plan.base.edits.empty())
      throw pipeline::ParamError(
          plan.param,
          "{resample: prompts} takes what the other prompt's pass holds without edits, "
          "but the pass that is edited has edits of its own; must be one without");
    return std::make_unique<RowsOfOthers>(draw(plan), plan);
  }

 private:
  /// By the prompts' ids, whatever their order.
  [[nodiscard]] std::vector<std::size_t> draw(const GivenPlan& plan) const {
    const TokenFacts& tokens = *plan.base.tokens;
    const Likeness likeness(plan.edits);
    std::map<std::vector<std::size_t>, std::map<std::string, std::size_t>> alike;
    std::vector<std::size_t> drawn(tokens.lengths.size(), kNoPrompt);
    for (std::size_t prompt = 0; prompt < drawn.size(); ++prompt)
      if (tokens.runs(prompt))
        alike[likeness.of(tokens.fed(prompt))][plan.context.prompts.id(prompt)] = prompt;
    for (const auto& [common, by_id] : alike) {
      if (by_id.size() == 1) refuse(by_id.begin()->second, common, plan);
      std::vector<std::size_t> prompts;
      for (const auto& [id, prompt] : by_id) prompts.push_back(prompt);
      for (std::size_t i = 0; i < prompts.size() && prompts.size() > 1; ++i)
        drawn[prompts[i]] = prompts[other_than(i, prompts.size(), plan.context.prompts.id(prompts[i]))];
    }
    return drawn;
  }

  [[nodiscard]] std::size_t other_than(std::size_t own, std::size_t count, const std::string& id) const {
    Seeded random({std::to_string(settings_.seed), std::to_string(settings_.sample), id});
    const auto other = static_cast<std::size_t>(random.uniform() * static_cast<double>(count - 1));
    return other + (other >= own ? 1 : 0);
  }

  static void refuse(std::size_t prompt, const std::vector<std::size_t>& common, const GivenPlan& plan) {
    const std::string what =
        common.size() == 1 ? " positions to be put there" : " tokens and the same positions";
    plan.context.refuse(prompt, plan.param,
                        "{resample: prompts}: no other prompt has " + std::to_string(common.front()) + what +
                            "; must be two or more prompts that are alike in that");
  }

  DrawSettings settings_;
};

const bool kResample = register_edit_kind<Resample, std::string>(
    "resample",
    {.words = {{"prompts",
                "what the same hook point holds in the clean pass of another prompt, which is drawn for each "
                "among those that have as many positions to be put there"}},
     .options = {{"seed", 1.0F, "decides which prompts are drawn; 0 if not given"},
                 {kSamples, 1.0F, "so many draws, along an axis sample"},
                 {kSample, 1.0F, "which draw it is, where there is only one; 0 if not given"}}});

}  // namespace
}  // namespace hookflow::stages
