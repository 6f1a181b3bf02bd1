#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/edits/given.hpp"
#include "model/rows/edited_rows.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/given/differing_positions.hpp"
#include "stages/given/given_kind.hpp"
#include "stages/given/other_positions.hpp"
#include "stages/given/pass_rows.hpp"
#include "stages/subject/captured.hpp"
#include "stages/subject/pass_request.hpp"

namespace hookflow::stages {
namespace {

class RowsOfPass : public RowsOfOne {
 public:
  /// `differs`: where the other pass can differ from the one that is edited.
  RowsOfPass(std::size_t port, std::vector<const Intervention*> edits, OtherPositions positions,
             std::optional<Positions> differs, std::shared_ptr<const PassRequest> request)
      : port_(port),
        positions_(std::move(positions)),
        differs_(std::move(differs)),
        request_(std::move(request)) {
    for (const Intervention* edit : edits) edits_.push_back(*edit);
    for (const Intervention& edit : edits_) pointers_.push_back(&edit);
  }

  [[nodiscard]] std::shared_ptr<const RowSource> of(const pipeline::Inputs& inputs,
                                                    const FedPrompt& edited) const override {
    const PassView pass = inputs.get<Pass>(port_).view();
    std::map<HookPoint, Captured> places;
    for (const Intervention& edit : edits_) places.try_emplace(edit.at, request_->at(edit.at, pass));
    return std::make_shared<PassRows>(inputs.value(port_), std::move(places),
                                      positions_.moved(pointers_, edited, pass.fed));
  }

  [[nodiscard]] std::optional<Positions> differs() const override { return differs_; }

 private:
  std::size_t port_;
  std::vector<Intervention> edits_;
  std::vector<const Intervention*> pointers_;
  OtherPositions positions_;
  std::optional<Positions> differs_;
  std::shared_ptr<const PassRequest> request_;
};

/// The same place of another pass of the same prompt, at the same positions or at others.
class FromPass : public Taken, public GivenKind {
 public:
  FromPass(std::string stage, const EditSettings& settings)
      : stage_(std::move(stage)), positions_(settings) {}

  [[nodiscard]] std::vector<std::string> passes() const override { return {stage_}; }

  [[nodiscard]] std::unique_ptr<const GivenRows> plan(const GivenPlan& plan) const override {
    positions_.check(plan, "{from: " + stage_, stage_);
    check_patterns(plan);
    PassRequest request;
    for (const Intervention* edit : plan.edits) request.keep(edit->at, positions_.kept_for(*edit));
    const std::size_t port = plan.port_of(stage_);
    std::optional<Positions> differs;
    if (positions_.are_the_same())
      differs = differing_positions(plan.base, *plan.context.facts<PassFacts>(port), stage_);
    return std::make_unique<RowsOfPass>(port, plan.edits, positions_, std::move(differs),
                                        plan.output.ask(port, request));
  }

 private:
  /// A pattern that is taken hides the keys behind a query, as those of all passes do but these.
  void check_patterns(const GivenPlan& plan) const {
    const Variant& others = plan.context.facts<PassFacts>(plan.port_of(stage_))->edits;
    for (const Intervention* edit : plan.edits) {
      const auto shows = [&](const Intervention& other) {
        return other.at == edit->at && hookflow::shows_hidden_keys(other);
      };
      if (std::ranges::any_of(others, shows))
        throw pipeline::ParamError(plan.param, "{from: " + stage_ + "}: '" + stage_ +
                                                   "' has an edit of its own at " + to_string(edit->at) +
                                                   " that lets queries see keys behind them, which a pattern "
                                                   "that is taken does not; make the same edit here");
    }
  }

  std::string stage_;
  OtherPositions positions_;
};

const bool kFrom = register_edit_kind<FromPass, std::string>("from", {.options = {OtherPositions::option()}});

}  // namespace
}  // namespace hookflow::stages
