#include "stages/params/direction_param.hpp"

#include <utility>

#include "pipeline/yaml/param.hpp"
#include "stages/params/target_tokens.hpp"

namespace hookflow::stages {

using pipeline::Node;
using pipeline::ParamError;

void read_param(const Node& node, Direction& direction) {
  direction = {};
  const auto refuse = [&](const std::string& problem) {
    throw ParamError(problem +
                         "; must be a column, as in target, the logit of whose token is meant; two, as "
                         "in [target, contrast], for the difference of two; or {vector: [x, ...]}",
                     node.line);
  };
  if (node.kind == Node::Kind::map) {
    const Node* vector = node.find("vector");
    if (vector == nullptr || node.entries.size() != 1) refuse(pipeline::to_json(node) + " is no direction");
    pipeline::read_param(*vector, direction.vector);
    if (direction.vector.empty()) refuse("the vector has no number");
    return;
  }
  if (node.kind == Node::Kind::null) refuse("there is none");
  pipeline::read_param(node, direction.columns);
  const std::vector<std::string>& columns = direction.columns;
  if (columns.empty() || columns.size() > 2) refuse("names " + std::to_string(columns.size()) + " columns");
  if (columns.size() == 2 && columns[0] == columns[1]) refuse("'" + columns[0] + "' is given twice");
}

Node write_param(const Direction& direction) {
  if (direction.columns.empty()) return Node::map({{"vector", pipeline::write_param(direction.vector)}});
  return pipeline::write_param(direction.columns);
}

Node param_schema(std::type_identity<Direction> /*type*/) {
  using namespace pipeline::schema;
  return any_of({text(), list_of(text(), 1, 2), map_of({{"vector", list_of(of_type("number"), 1), true}})});
}

Directions::Directions(Direction direction, const PassPlan& passes) : direction_(std::move(direction)) {
  const std::size_t width = passes.config().width;
  if (!is_vector()) {
    ids_ = find_target_tokens(passes.context(), direction_.columns, "direction");
  } else if (direction_.vector.size() != width) {
    throw ParamError("direction", "the vector has " + std::to_string(direction_.vector.size()) +
                                      " numbers; must have " + std::to_string(width) +
                                      ", as the model is wide");
  }
}

std::string Directions::meaning() const {
  if (is_vector()) return "product with the vector";
  const std::vector<std::string>& columns = direction_.columns;
  return columns.size() == 1 ? "logit of " + columns[0]
                             : "logit of " + columns[0] + " minus that of " + columns[1];
}

std::vector<float> Directions::of(std::size_t prompt, const Model& model) const {
  if (is_vector()) return {direction_.vector.begin(), direction_.vector.end()};
  const std::span<const std::int32_t> ids = tokens(prompt);
  const auto row = [&](std::int32_t id) {
    return model.weights.unembedding.row(static_cast<std::size_t>(id));
  };
  std::vector<float> direction(row(ids[0]).begin(), row(ids[0]).end());
  for (std::size_t i = 0; ids.size() > 1 && i < direction.size(); ++i) direction[i] -= row(ids[1])[i];
  return direction;
}

}  // namespace hookflow::stages
