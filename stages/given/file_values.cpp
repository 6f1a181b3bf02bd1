#include "stages/given/file_values.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "model/edits/given.hpp"
#include "model/error.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/workflow/selection.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/given/given_values.hpp"

namespace hookflow::stages {
namespace {

using pipeline::ParamError;
using pipeline::Variable;

/// What another run stored under a stage's name.
class StageOfFile {
 public:
  StageOfFile(const std::filesystem::path& path, std::string name) : run_(path), name_(std::move(name)) {
    const std::vector<pipeline::GroupLayout> groups = pipeline::read_run_file(run_).groups;
    const auto group = std::ranges::find(groups, name_, &pipeline::GroupLayout::name);
    if (group == groups.end())
      throw ParamError(path.string() + " has no results of a stage '" + name_ + "'" +
                       pipeline::suggestion(name_, groups, &pipeline::GroupLayout::name));
    variables_ = group->variables;
  }

  [[nodiscard]] const std::vector<Variable>& variables() const { return variables_; }
  [[nodiscard]] NamedValues read(const pipeline::InputRef& ref) const {
    static_cast<void>(select_variables(variables_, ref));  // refuses what is not there
    const Variable& whole = *std::ranges::find(variables_, ref.variable, &Variable::name);
    const auto rows = pipeline::select_rows(
        std::make_unique<pipeline::RowsInMemory>(whole, read_variable(run_, name_, whole.name)), ref.where);
    const Variable& variable = rows->variable();
    return {variable, std::make_shared<const std::vector<double>>(
                          rows->read(0, variable.axes.empty() ? 1 : variable.axes.front().size()))};
  }

 private:
  pipeline::RunFile run_;
  std::string name_;
  std::vector<Variable> variables_;
};

/// Takes the activation's place.
class ValuesOfFile : public Taken, public GivenKind {
 public:
  explicit ValuesOfFile(const std::string& text) : values_("values", text), form_("{values: " + text + "}") {}

  [[nodiscard]] std::unique_ptr<const GivenRows> plan(const GivenPlan& plan) const override {
    return values_.plan(plan, form_);
  }

 private:
  FileValues values_;
  std::string form_;
};

const bool kValuesOfFile = register_edit_kind<ValuesOfFile, std::string>("values");

}  // namespace

FileValues::FileValues(const std::string& key, const std::string& text, const std::string& or_else) {
  const std::size_t colon = text.find(":/");
  if (colon == 0 || colon == std::string::npos)
    throw ModelError(key + ": '" + text + "' must be " + or_else +
                     "a run file and what is stored in it, FILE.h5:/stage/variable");
  file_ = text.substr(0, colon);
  std::string ref = text.substr(colon + 2);
  if (const std::size_t slash = ref.find('/'); slash != std::string::npos) ref[slash] = '.';
  ref_ = pipeline::parse_input_ref(ref);
}

std::unique_ptr<const GivenRows> FileValues::plan(const GivenPlan& plan, const std::string& form) const {
  const std::filesystem::path path = plan.context.base / file_;
  plan.output.files.push_back({file_, path});
  std::optional<StageOfFile> stage;
  return take_by_name(plan, form, [&](HookKind kind) {
    if (!stage) stage.emplace(path, ref_.stage);
    pipeline::InputRef ref = ref_;
    if (ref.variable.empty()) ref.variable = only_or_mean(kind, stage->variables());
    return stage->read(ref);
  });
}

}  // namespace hookflow::stages
