#pragma once
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "model/edits/replacement.hpp"
#include "model/hooks/positions.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {

/// Edits as a workflow names them: all hook points and heads that `at` names and `except` does not.
struct NamedEdit {
  std::vector<std::string> at;
  std::vector<std::string> except;
  Replacement with;
  Positions positions;
  std::optional<Positions> keys{};  // that those positions look at; none: all
};

/// Any set of edits, made together in one pass.
struct NamedVariant {
  std::string name;
  std::vector<NamedEdit> edits;
};

/// As maps: {name: both, edits: [{at: ..., except: ..., with: zero, positions: all}, ...]}. Throw
/// pipeline::ParamError.
void read_param(const pipeline::Node& node, NamedEdit& edit);
pipeline::Node write_param(const NamedEdit& edit);
pipeline::Node param_schema(std::type_identity<NamedEdit> type);
void read_param(const pipeline::Node& node, NamedVariant& variant);
pipeline::Node write_param(const NamedVariant& variant);
pipeline::Node param_schema(std::type_identity<NamedVariant> type);

/// That no two have one name.
pipeline::Rule<std::vector<NamedVariant>> distinct_names();

}  // namespace hookflow::stages
