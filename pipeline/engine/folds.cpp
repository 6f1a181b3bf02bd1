#include "pipeline/engine/folds.hpp"

#include "pipeline/engine/stored_results.hpp"
#include "pipeline/plugin/thrown.hpp"

namespace hookflow::pipeline {
namespace {

class FileSink : public FoldSink {
 public:
  FileSink(const StoppableFile& file, const PlannedStage& stage) : file_(file), stage_(stage) {}
  void write(VariableId variable, std::size_t first_row, const Column& values) override {
    file_.get().write_rows(stage_.spec->id, stage_.variables.at(variable.index).name, first_row, values);
  }

 private:
  const StoppableFile& file_;
  const PlannedStage& stage_;
};

void run_fold(const Plan& plan, const PlannedStage& stage, const StoppableFile& file) {
  std::vector<std::vector<std::unique_ptr<StoredRows>>> inputs(stage.inputs.size());
  for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
    if (stage.inputs[port] != kNone) inputs[port] = stored_results(plan, stage, port, file);
  }
  FileSink sink(file, stage);
  try {
    stage.fold->fold(inputs, sink);
  } catch (...) {
    rethrow_of_stage(stage.spec->id, stage.spec->declaration->name);
  }
}

}  // namespace

void run_folds(const Plan& plan, std::size_t phase, RunStore& store, Monitor& monitor,
               const std::atomic<bool>& stop) {
  const StoppableFile file{store, stop};
  for (std::size_t i = 0; i < plan.folds.size() && !stop; ++i) {
    const PlannedStage& stage = plan.stages[plan.folds[i]];
    if (stage.phase != phase || store.fold_state(i) != PartState::pending) continue;
    const Stopwatch watch(monitor.stage_nanoseconds[plan.folds[i]]);
    monitor.aggregating = &stage.spec->id;
    try {
      run_fold(plan, stage, file);
    } catch (const Stopped&) {
      return;
    }
    store.finish_fold(i);
    monitor.aggregating = nullptr;
  }
}

}  // namespace hookflow::pipeline
