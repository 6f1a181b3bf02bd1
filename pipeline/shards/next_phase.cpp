#include "pipeline/shards/next_phase.hpp"

#include <vector>

#include "pipeline/engine/run_plan.hpp"
#include "pipeline/error.hpp"
#include "pipeline/hash/sha256.hpp"

namespace hookflow::pipeline {

std::optional<std::size_t> next_phase(const Plan& plan, const RunStore& store, const std::string& path) {
  const auto aggregated = [&](std::size_t phase) {
    for (std::size_t fold = 0; fold < plan.folds.size(); ++fold)
      if (plan.stages[plan.folds[fold]].phase == phase && store.fold_state(fold) != PartState::done)
        return false;
    return true;
  };
  for (std::size_t phase = 0; phase < plan.phase_count(); ++phase) {
    const bool pending = has_pending_prompts(plan, phase, store);
    if (pending && phase > 0) return phase;
    if (pending || !aggregated(phase))
      throw InputError(path +
                       ": cannot be shared out yet: what comes first is not done; merge the shards that "
                       "are missing, or let `hookflow resume` compute it here");
  }
  return std::nullopt;
}

Identity base_identity(const Plan& plan, const RunStore& store, std::size_t phase) {
  if (phase == 0) return {};
  std::string text;
  for (std::size_t fold = 0; fold < plan.folds.size(); ++fold)
    if (plan.stages[plan.folds[fold]].phase < phase)
      text += plan.stages[plan.folds[fold]].spec->id + " " + std::to_string(store.fold_checksum(fold)) + "\n";
  for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane) {
    if (plan.lanes[lane].phase >= phase) continue;
    const std::vector<PartState> states = store.states(lane);
    for (std::size_t cell = 0; cell < states.size(); ++cell)
      if (states[cell] == PartState::failed)
        text += plan.lanes[lane].name + " " + std::to_string(cell) + "\n";
  }
  return {{kBuiltOn, sha256(text)}};
}

}  // namespace hookflow::pipeline
