#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/engine/clock.hpp"
#include "pipeline/engine/graph.hpp"
#include "pipeline/workflow/selection.hpp"

namespace hookflow::pipeline {
namespace {

/// A variable in the run file.
class FileRows : public StoredRows {
 public:
  FileRows(const RunStore& store, std::string group, Variable variable)
      : store_(store), group_(std::move(group)), variable_(std::move(variable)) {}

  [[nodiscard]] const Variable& variable() const override { return variable_; }
  [[nodiscard]] std::vector<double> read(std::size_t first, std::size_t count) const override {
    std::vector<double> values = store_.read_rows(group_, variable_.name, first, count);
    if (variable_.dtype == Dtype::int64) {
      std::replace(values.begin(), values.end(), -1.0, std::numeric_limits<double>::quiet_NaN());
    }
    return values;
  }

 private:
  const RunStore& store_;
  std::string group_;
  Variable variable_;
};

class FileSink : public FoldSink {
 public:
  FileSink(RunStore& store, const PlannedStage& stage) : store_(store), stage_(stage) {}
  void write(VariableId variable, std::size_t first_row, const Column& values) override {
    store_.write_rows(stage_.spec->id, stage_.variables.at(variable.index).name, first_row, values);
  }

 private:
  RunStore& store_;
  const PlannedStage& stage_;
};

const Variable& named(const std::vector<Variable>& variables, const std::string& name) {
  return *std::find_if(variables.begin(), variables.end(),
                       [&](const Variable& variable) { return variable.name == name; });
}

}  // namespace

void run_folds(const Plan& plan, RunStore& store, Monitor& monitor) {
  for (std::size_t i = 0; i < plan.folds.size(); ++i) {
    if (store.fold_done(i)) continue;
    const PlannedStage& stage = plan.stages[plan.folds[i]];
    const Stopwatch watch(monitor.stage_nanoseconds[plan.folds[i]]);
    std::vector<std::vector<std::unique_ptr<StoredRows>>> inputs(stage.inputs.size());
    for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
      if (stage.inputs[port] == kNone) continue;
      const PlannedStage& source = plan.stages[stage.inputs[port]];
      const InputRef& ref = stage.spec->inputs[port];
      for (const Variable& chosen : select_variables(source.variables, ref)) {
        auto rows = std::make_unique<FileRows>(store, source.spec->id, named(source.variables, chosen.name));
        inputs[port].push_back(select_rows(std::move(rows), ref.where));
      }
    }
    FileSink sink(store, stage);
    stage.fold->fold(inputs, sink);
    store.finish_fold(i);
  }
}

}  // namespace hookflow::pipeline
