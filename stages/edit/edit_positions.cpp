#include "stages/edit/edit_positions.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "pipeline/yaml/param.hpp"
#include "stages/params/position_meaning.hpp"
#include "stages/params/positions_param.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Node;
using pipeline::ParamError;

constexpr const char* kEach = "each";
constexpr const char* kEachOf = "each_of";

std::string label_of(const Positions& positions) {
  if (positions.kind == Positions::Kind::named) return meaning_text(positions);
  const Node node = write_param(positions);
  return node.kind == Node::Kind::scalar ? node.text : to_json(node);
}

std::vector<Positions> read_alternatives(const Node& node) {
  if (node.kind != Node::Kind::list || node.items.empty())
    throw ParamError("each_of: must be a list of positions, such as [all, last]", node.line);
  std::vector<Positions> alternatives;
  for (const Node& item : node.items) {
    Positions& positions = alternatives.emplace_back();
    hookflow::read_param(item, positions);
    if (std::ranges::count(alternatives, positions) > 1)
      throw ParamError("each_of: " + label_of(positions) + " is given twice", item.line);
  }
  return alternatives;
}

}  // namespace

void read_param(const Node& node, EditPositions& positions) {
  positions = {};
  if (node.kind == Node::Kind::scalar && node.text == kEach) {
    positions.each = positions.is_axis = true;
    positions.alternatives.clear();
  } else if (const Node* each_of = node.find(kEachOf)) {
    if (node.entries.size() > 1) throw ParamError("each_of stands alone", node.line);
    positions.is_axis = true;
    positions.alternatives = read_alternatives(*each_of);
  } else {
    hookflow::read_param(node, positions.alternatives.front());
  }
}

Node write_param(const EditPositions& positions) {
  if (positions.each) return Node::scalar(kEach, true);
  if (!positions.is_axis) return write_param(positions.alternatives.front());
  std::vector<Node> items;
  for (const Positions& alternative : positions.alternatives) items.push_back(write_param(alternative));
  return Node::map({{kEachOf, Node::list(std::move(items))}});
}

Node param_schema(std::type_identity<EditPositions> /*type*/) {
  using namespace pipeline::schema;
  const Node one = hookflow::param_schema(std::type_identity<Positions>{});
  return any_of({words({kEach}), one, map_of({{kEachOf, list_of(one, 1), true}})});
}

PositionSteps position_steps(const EditPositions& positions, const TokenFacts& tokens,
                             const std::string& what) {
  PositionSteps made;
  if (positions.each) {
    std::vector<std::int64_t> labels(tokens.longest);
    std::iota(labels.begin(), labels.end(), 0);
    for (const std::int64_t position : labels) made.steps.push_back(Positions::where_there(position));
    made.axes.push_back(
        {what, std::move(labels), what + " that is edited, " + tokens.counting(), "", "position"});
    return made;
  }
  made.steps = positions.alternatives;
  if (!positions.is_axis) return made;
  std::vector<std::string> labels;
  for (const Positions& step : made.steps) labels.push_back(label_of(step));
  made.axes.push_back({what + "s", std::move(labels), what + "s that are edited", ""});
  return made;
}

}  // namespace hookflow::stages
