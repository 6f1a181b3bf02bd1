#include "pipeline/describe/stage_example.hpp"

#include <algorithm>

namespace hookflow::pipeline {
namespace {

/// A stage for each port that must be read, called as the kind of its value; of ports that are all optional
/// one must be, as a rule.
std::string inputs_of(const StageDecl& stage) {
  const bool any = std::ranges::all_of(stage.inputs, &PortDecl::optional);
  std::string names;
  for (const PortDecl& port : stage.inputs)
    if (!port.optional || (any && names.empty())) names += (names.empty() ? "" : ", ") + port.kind;
  return names.find(',') == std::string::npos ? names : "[" + names + "]";
}

std::string required_params(const StageDecl& stage) {
  std::string params;
  for (const ParamDecl& param : stage.params)
    if (param.required) params += (params.empty() ? "" : ", ") + param.name + ": …";
  return params;
}

}  // namespace

std::string example_of(const StageDecl& stage) {
  const std::string inputs = stage.example_inputs.empty() ? inputs_of(stage) : stage.example_inputs;
  const std::string params = stage.example.empty() ? required_params(stage) : stage.example;
  return "NAME: {stage: " + stage.name + (inputs.empty() ? "" : ", in: " + inputs) +
         (params.empty() ? "" : ", " + params) + "}";
}

}  // namespace hookflow::pipeline
