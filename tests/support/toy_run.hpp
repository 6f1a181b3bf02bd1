#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/engine/run_plan.hpp"
#include "pipeline/plan/planner.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/toy_stages.hpp"

/// Workflows of toy stages, planned and run into a file.
namespace hookflow::testing_support {

using namespace pipeline;

inline constexpr std::size_t kBatch = 3;  // prompts a batch

inline const std::string kStages = R"(
  numbers: {stage: toy.source}
  thirds: {stage: toy.map, in: numbers}
  variants: {stage: toy.expand, in: thirds, variants: 4, part: 3}
  xs: {stage: toy.rows, in: variants}
  ns: {stage: toy.number, in: thirds}
)";

/// Plans stages for prompts p0, p1, ... of weight 1.
inline PlannedRun toy_plan(std::size_t prompts, const std::string& stages = kStages,
                           const std::string& keep = "[xs, ns]",
                           const std::vector<std::string>& settings = {}) {
  std::string text = "workflow: toy\nmodel: " + golden_model("one_head") +
                     "\nbatch_tokens: " + std::to_string(kBatch) + "\nkeep: " + keep + "\nprompts:\n";
  for (std::size_t i = 0; i < prompts; ++i) text += "  - {id: p" + std::to_string(i) + ", ids: [0]}\n";
  PlannedRun planned = make_plan(read_workflow_text(text + "stages:" + stages, "toy.yaml", ".", settings));
  planned.plan.prepare();
  return planned;
}

/// One plan and its run file, run as often as wanted.
class ToyRun {
 public:
  explicit ToyRun(PlannedRun of) : plan(std::move(of.plan)), layout(std::move(of.layout)) {
    store.emplace(RunStore::create({path(), false}, layout, {}, {}));
    toy::on_expand = {};
    toy::expand_runs = 0;
  }
  ~ToyRun() { toy::on_expand = {}; }

  std::filesystem::path path() const { return folder.path() / "toy.h5"; }
  void run(std::size_t threads = 3, bool fail_fast = false) {
    if (retry_failed) store->retry_failed();
    monitor = std::make_unique<Monitor>(plan, *store);
    RunOptions options;
    options.threads = threads;
    options.memory_bytes = memory_bytes;
    options.fail_fast = fail_fast;
    options.commit_every = std::chrono::milliseconds(0);
    run_plan(plan, *store, options, *monitor, stop);
  }
  void reopen() {
    store.reset();
    store.emplace(RunStore::open(path(), layout, {}));
    stop = false;
    toy::on_expand = {};
    toy::expand_runs = 0;
  }
  std::vector<double> values(const std::string& stage, const std::string& variable) {
    return store->read_rows(stage, variable, 0, plan.prompts.size());
  }
  std::size_t count(std::size_t lane, PartState state) {
    const auto states = store->states(lane);
    return static_cast<std::size_t>(std::count(states.begin(), states.end(), state));
  }

  TemporaryFolder folder;
  Plan plan;
  RunLayout layout;
  std::optional<RunStore> store;
  std::unique_ptr<Monitor> monitor;
  std::atomic<bool> stop{false};
  bool retry_failed = false;
  double memory_bytes = std::numeric_limits<double>::infinity();
};

}  // namespace hookflow::testing_support
