#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "stages/given/given_kind.hpp"

namespace hookflow::stages {

/// Values along named axes that edits put in, a row at a place.
struct NamedValues {
  pipeline::Variable variable;
  std::shared_ptr<const std::vector<double>> values{};  // none: they are read before the run
};

/// What edits take of values by the names of their axes. `values_at`: those for a kind of place. Refuses
/// prompts for which there is no row; throws pipeline::ParamError, whose message `form` begins, where axes do
/// not match.
std::unique_ptr<const GivenRows> take_by_name(const GivenPlan& plan, const std::string& form,
                                              const std::function<NamedValues(HookKind)>& values_at);

using VariableChoice = std::function<std::string(HookKind, const std::vector<pipeline::Variable>&)>;

/// The same of what comes to the stage's port for values. `name_at`: of the variable for a kind of place,
/// among those that come.
std::unique_ptr<const GivenRows> take_results(const GivenPlan& plan, const std::string& form,
                                              const VariableChoice& name_at);

/// The mean over prompts of what measure.activation has of a kind of place, as aggregate.moments names it.
std::string mean_name(HookKind kind);
/// The only variable; of several that mean.
std::string only_or_mean(HookKind kind, const std::vector<pipeline::Variable>& variables);

/// What is put in of the variables that come to a stage's port for values.
struct ReadResults : pipeline::Value {
  std::map<std::string, std::vector<float>> of_variable;  // rows one after the other
};

/// Reads the variables of which rows are needed. Throws pipeline::MissingResults where one of these rows
/// lacks a value.
std::shared_ptr<const ReadResults> read_needed(
    const std::map<std::string, ValuesNeeded>& needed,
    std::span<const std::unique_ptr<pipeline::StoredRows>> variables);

}  // namespace hookflow::stages
