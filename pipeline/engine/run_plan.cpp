#include "pipeline/engine/run_plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "pipeline/engine/folds.hpp"
#include "pipeline/engine/stored_results.hpp"
#include "pipeline/plugin/thrown.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

std::set<std::size_t> failed_before(const Phase& phase, const RunStore& store) {
  std::set<std::size_t> prompts;
  for (std::size_t lane = 0; lane < phase.lanes.size(); ++lane) {
    if (!phase.again(lane)) continue;
    const std::vector<PartState> states = store.states(lane);
    for (std::size_t cell = 0; cell < states.size(); ++cell)
      if (states[cell] == PartState::failed) prompts.insert(cell / phase.lanes[lane].parts);
  }
  return prompts;
}

std::map<std::size_t, EarlierFailure> earlier_failures(const Phase& phase, const RunStore& store) {
  const std::set<std::size_t> prompts = failed_before(phase, store);
  if (prompts.empty()) return {};
  std::map<std::size_t, EarlierFailure> failed;
  for (const Failure& failure : store.failures()) {
    if (!prompts.contains(failure.prompt)) continue;
    const auto stage = std::ranges::find(phase.stages, failure.stage,
                                         [](const PlannedStage& planned) { return planned.spec->id; });
    failed[failure.prompt] = {failure, stage == phase.stages.end()
                                           ? kNone
                                           : static_cast<std::size_t>(stage - phase.stages.begin())};
  }
  return failed;
}

/// Why results have no value, as far as failed prompts tell.
std::string blame(const Plan& plan, const std::vector<Failure>& failures) {
  if (failures.empty()) return "";
  const Failure& first = failures.front();
  return "; " + std::to_string(failures.size()) + " of " + counted(plan.prompts.size(), "prompt") +
         " failed, which --retry-failed runs again: '" + plan.prompts.id(first.prompt) + "' at stage '" +
         first.stage + "': " + first.reason;
}

/// What a stage makes of what stands at one of its ports.
ValuePtr read_port(const Phase& phase, const PlannedStage& stage, std::size_t port,
                   const StoppableFile& file) {
  try {
    return stage.flow->read_results(port, stored_results(phase.plan, stage, port, file));
  } catch (const MissingResults& error) {
    throw std::runtime_error("stage '" + stage.spec->id + "': what it needs of '" +
                             to_string(stage.spec->inputs[port]) + "' is missing: " + error.what() +
                             blame(phase.plan, file.get().failures()));
  } catch (...) {
    rethrow_of_stage(stage.spec->id, stage.spec->declaration->name);
  }
}

void read_results(Phase& phase, const StoppableFile& file) {
  phase.results.resize(phase.stages.size());
  for (std::size_t i = 0; i < phase.stages.size(); ++i) {
    const PlannedStage& stage = phase.stages[i];
    if (stage.flow == nullptr) continue;
    phase.results[i].resize(stage.inputs.size());
    for (std::size_t port = 0; port < stage.inputs.size(); ++port)
      if (stage.inputs[port] != kNone && phase.stages[stage.inputs[port]].fold != nullptr)
        phase.results[i][port] = read_port(phase, stage, port, file);
  }
}

}  // namespace

bool has_pending_prompts(const Plan& plan, std::size_t phase, const RunStore& store) {
  for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane)
    if (plan.lanes[lane].phase == phase && std::ranges::count(store.states(lane), PartState::pending) > 0)
      return true;
  return false;
}

void run_plan(const Plan& plan, RunStore& store, const RunOptions& options, Monitor& monitor,
              const std::atomic<bool>& stop) {
  RunStore& earlier = options.earlier != nullptr ? *options.earlier : store;
  for (std::size_t number = 0; number < plan.phase_count(); ++number) {
    if (has_pending_prompts(plan, number, store)) {
      Phase phase = phase_of(plan, number);
      phase.failed = earlier_failures(phase, earlier);
      try {
        read_results(phase, {earlier, stop});
      } catch (const Stopped&) {
        return;
      }
      run_prompts(phase, store, options, monitor, stop);
    }
    if (stop || monitor.failed_fast) return;
    run_folds(plan, number, store, monitor, stop);
    if (stop) return;
  }
}

void aggregate(const Plan& plan, RunStore& store, Monitor& monitor, const std::atomic<bool>& stop) {
  for (std::size_t number = 0; number < plan.phase_count() && !stop; ++number) {
    if (has_pending_prompts(plan, number, store)) return;
    run_folds(plan, number, store, monitor, stop);
  }
}

}  // namespace hookflow::pipeline
