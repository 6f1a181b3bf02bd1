#include "pipeline/engine/stored_results.hpp"

#include <algorithm>
#include <limits>

#include "pipeline/workflow/selection.hpp"

namespace hookflow::pipeline {
namespace {

/// A variable in the run file.
class FileRows : public StoredRows {
 public:
  FileRows(const StoppableFile& file, std::string group, Variable variable)
      : file_(file), group_(std::move(group)), variable_(std::move(variable)) {}

  [[nodiscard]] const Variable& variable() const override { return variable_; }
  [[nodiscard]] std::vector<double> read_box(const CellBox& box) const override {
    std::vector<double> values = file_.get().read_cells(group_, variable_.name, {box.start, box.count});
    if (variable_.dtype == Dtype::int64)
      std::ranges::replace(values, -1.0, std::numeric_limits<double>::quiet_NaN());
    return values;
  }

 private:
  const StoppableFile& file_;
  std::string group_;
  Variable variable_;
};

}  // namespace

std::vector<std::unique_ptr<StoredRows>> stored_results(const Plan& plan, const PlannedStage& stage,
                                                        std::size_t port, const StoppableFile& file) {
  const PlannedStage& source = plan.stages[stage.inputs[port]];
  const InputRef& ref = stage.spec->inputs[port];
  std::vector<std::unique_ptr<StoredRows>> results;
  for (const Variable& chosen : select_variables(source.variables, ref)) {
    const Variable& whole = *std::ranges::find(source.variables, chosen.name, &Variable::name);
    auto rows = std::make_unique<FileRows>(file, source.spec->id, whole);
    results.push_back(select_rows(std::move(rows), ref.where));
  }
  return results;
}

}  // namespace hookflow::pipeline
