#pragma once
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/plugin/thrown.hpp"
#include "pipeline/prompts/prompts.hpp"
#include "pipeline/run_file/marks/part_state.hpp"
#include "pipeline/stage/stage.hpp"
#include "pipeline/stage/subject.hpp"
#include "pipeline/workflow/workflow.hpp"

namespace hookflow::pipeline {

inline constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// A stage with its place in the flow. Indices are those of Plan::stages and Plan::lanes.
struct PlannedStage {
  const StageSpec* spec = nullptr;
  const FlowStage* flow = nullptr;  // one of the two: runs on batches,
  const FoldStage* fold = nullptr;  // or once after them
  std::vector<std::size_t> inputs;  // one a port; kNone: not wired
  std::size_t lane = kNone;         // of a stage that runs on batches
  std::size_t phase = 0;            // in which what it gives is stored, or used
  std::vector<std::size_t> phases;  // in which it runs: its own, and those of stages that need it again
  std::vector<Variable> variables;  // with all their axes, as stored
  bool stored = false;              // kept, or read over all prompts
};

/// A chain of stages that a batch goes through one after the other; other batches do so at the same time. A
/// stage that adds variants (it expands) begins a lane of its own below, in which each chunk of a batch's
/// variants goes through alone. Chains, so that no stage has to wait for two others.
///
/// A run has phases: the prompts of one, then the folds that read those, then the prompts of the next, whose
/// stages read what the folds gave. Stages that could follow a lane's but for what they read of folds
/// continue it: they are a lane below it, of a later phase, with its chunks.
struct Lane {
  std::string name;
  std::size_t parent = kNone;
  std::vector<std::size_t> stages{};
  std::vector<Axis> axes{};         // that its expands add, outermost first
  std::size_t parts = 1;            // of a prompt's variants, each committed by itself
  std::size_t variants_a_part = 1;  // the last has what is left
  std::size_t phase = 0;
  bool continues = false;  // its parent, which continues none
};

/// A workflow made ready to run: every axis and size known, nothing computed yet.
struct Plan {
  WorkflowSpec spec;
  Prompts prompts;
  std::map<std::size_t, Failure> bad_prompts;  // that fail without being run
  std::unique_ptr<Subject> subject;
  std::vector<PlannedStage> stages;  // in the order of spec.stages; not those whose results nobody reads
  std::vector<Lane> lanes;           // parents first
  std::vector<std::size_t> folds;    // stages that run after the batches of their phase, inputs first
  std::vector<Batch> batches;        // in the order in which they run
  std::map<std::string, std::filesystem::path> files;  // that stages use, by what the workflow calls them

  /// Calls every stage's prepare(): the last step before running, which may load large files.
  void prepare() {
    for (const PlannedStage& stage : stages) {
      try {
        stage.spec->stage->prepare();
      } catch (...) {
        rethrow_of_stage(stage.spec->id, stage.spec->declaration->name);
      }
    }
  }
  [[nodiscard]] std::size_t phase_count() const {
    return 1 + std::ranges::max_element(lanes, {}, &Lane::phase)->phase;
  }
};

/// Whether `lane` is `ancestor` or lies below it.
inline bool leads_to(const std::vector<Lane>& lanes, std::size_t ancestor, std::size_t lane) {
  while (lane != kNone && lane != ancestor) lane = lanes[lane].parent;
  return lane == ancestor;
}

}  // namespace hookflow::pipeline
