#include <algorithm>
#include <utility>

#include "model/edits/given.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/path/carried_rows.hpp"
#include "stages/path/senders.hpp"

namespace hookflow::stages {
namespace {

using pipeline::ParamError;

constexpr const char* kMlps = "mlps";
constexpr const char* kFrozen = "frozen";
constexpr const char* kComputed = "computed";

/// What a receiver becomes where senders send what they have in another pass, along the residual stream alone
/// (path patching).
class Path : public Taken, public GivenKind {
 public:
  Path(std::string other, const EditSettings& settings) : other_(std::move(other)), positions_(settings) {
    const auto mlps = settings.find(kMlps);
    computes_mlps_ = mlps == settings.end() || std::get<std::string>(mlps->second) == kComputed;
  }

  [[nodiscard]] std::optional<std::string> problem_at(const EditPlace& place) const override {
    if (can_receive(place.kind)) return {};
    return "path: ends at attn.hook_q, hook_k, hook_v, mlp.hook_post, hook_mlp_out or along the residual "
           "stream, which follow from it position by position; " +
           pattern_name(place.kind) + " does not";
  }

  [[nodiscard]] std::vector<std::string> passes() const override { return {other_}; }

  /// Many senders to the same receivers are carried together.
  [[nodiscard]] bool is_planned_with(const GivenKind& other) const override {
    const auto* path = dynamic_cast<const Path*>(&other);
    return path != nullptr && path->other_ == other_ && path->positions_ == positions_ &&
           path->computes_mlps_ == computes_mlps_;
  }

  [[nodiscard]] std::unique_ptr<const GivenRows> plan(const GivenPlan& plan) const override {
    if (!plan.port_of_base())
      throw ParamError(plan.param,
                       "path: is carried in the pass that is edited, which must be there before; "
                       "make this edit in an ablate stage behind a forward stage");
    positions_.check(plan, "{path: " + other_ + ", senders: ...", other_);
    CarriedRows::Ends ends{{}, {{}, computes_mlps_}, other_, positions_};
    for (const Intervention* edit : plan.edits) {
      if (!ends.senders.contains(*edit->source))
        ends.senders[*edit->source] = senders_of(edit->with, plan.base.subject->config());
      ends.carry.receivers.insert(edit->at);
    }
    check_own_edits(plan, ends.carry);
    return std::make_unique<CarriedRows>(plan, std::move(ends));
  }

 private:
  /// Edits of the pass itself that would change what is carried on its way.
  static void check_own_edits(const GivenPlan& plan, const CarryPlan& carry) {
    using enum HookKind;
    for (const Intervention& edit : plan.base.edits) {
      const HookPoint& at = edit.at;
      const bool on_the_way = at.kind == resid_pre || at.kind == resid_mid || at.kind == resid_post ||
                              at.kind == mlp_post || at.kind == mlp_out;
      if (on_the_way || carry.receivers.contains(at))
        throw ParamError(plan.param, "path: the pass that is edited has an edit of its own at " +
                                         to_string(at) +
                                         ", which is on the way; its edits must be at "
                                         "embeddings, or inside of attention and not where a path ends");
    }
  }

  std::string other_;
  OtherPositions positions_;
  bool computes_mlps_ = true;
};

const bool kPathKind = register_edit_kind<Path, std::string>(
    kPath,
    {.options = {
         {kSenders,
          std::vector<std::string>(),
          "whose change between the two passes is carried: heads, such as blocks.*.attn.hook_z[*], MLPs "
          "(hook_mlp_out), hook_embed or hook_pos_embed; each by itself, along axes, but in named variants "
          "all together",
          {},
          true},
         {kMlps,
          std::string(),
          "what MLPs between the senders and what is edited do",
          {{kComputed, "they are computed anew on what has changed, the default"},
           {kFrozen, "they are held, as attention is"}}},
         OtherPositions::option()}});

}  // namespace
}  // namespace hookflow::stages
