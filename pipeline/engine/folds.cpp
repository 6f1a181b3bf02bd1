#include "pipeline/engine/folds.hpp"

#include <algorithm>
#include <limits>

#include "pipeline/error.hpp"
#include "pipeline/plugin/thrown.hpp"
#include "pipeline/workflow/selection.hpp"

namespace hookflow::pipeline {
namespace {

/// The run file as an aggregating stage sees it: every read and write throws Stopped once `stop` is true.
struct StoppableFile {
  RunStore& store;
  const std::atomic<bool>& stop;

  [[nodiscard]] RunStore& get() const {
    if (stop) throw Stopped();
    return store;
  }
};

/// A variable in the run file.
class FileRows : public StoredRows {
 public:
  FileRows(const StoppableFile& file, std::string group, Variable variable)
      : file_(file), group_(std::move(group)), variable_(std::move(variable)) {}

  [[nodiscard]] const Variable& variable() const override { return variable_; }
  [[nodiscard]] std::vector<double> read(std::size_t first, std::size_t count) const override {
    std::vector<double> values = file_.get().read_rows(group_, variable_.name, first, count);
    if (variable_.dtype == Dtype::int64)
      std::ranges::replace(values, -1.0, std::numeric_limits<double>::quiet_NaN());
    return values;
  }

 private:
  const StoppableFile& file_;
  std::string group_;
  Variable variable_;
};

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
    if (stage.inputs[port] == kNone) continue;
    const PlannedStage& source = plan.stages[stage.inputs[port]];
    const InputRef& ref = stage.spec->inputs[port];
    for (const Variable& chosen : select_variables(source.variables, ref)) {
      const Variable& whole = *std::ranges::find(source.variables, chosen.name, &Variable::name);
      auto rows = std::make_unique<FileRows>(file, source.spec->id, whole);
      inputs[port].push_back(select_rows(std::move(rows), ref.where));
    }
  }
  FileSink sink(file, stage);
  try {
    stage.fold->fold(inputs, sink);
  } catch (...) {
    rethrow_of_stage(stage.spec->id, stage.spec->declaration->name);
  }
}

}  // namespace

void run_folds(const Plan& plan, RunStore& store, Monitor& monitor, const std::atomic<bool>& stop) {
  const StoppableFile file{store, stop};
  for (std::size_t i = 0; i < plan.folds.size() && !stop; ++i) {
    if (store.fold_done(i)) continue;
    const Stopwatch watch(monitor.stage_nanoseconds[plan.folds[i]]);
    try {
      run_fold(plan, plan.stages[plan.folds[i]], file);
    } catch (const Stopped&) {
      return;
    }
    store.finish_fold(i);
  }
}

}  // namespace hookflow::pipeline
