#include "stages/params/attention_keys.hpp"

#include <algorithm>
#include <string>

#include "pipeline/yaml/param.hpp"
#include "stages/params/positions_param.hpp"

namespace hookflow::stages {

using pipeline::Node;
using pipeline::ParamError;
using Kind = KeyChoice::Kind;

void read_param(const Node& node, KeyChoice& keys) {
  keys = {};
  if (node.kind == Node::Kind::scalar && node.text == "earlier") {
    keys.kind = Kind::earlier;
  } else if (node.kind == Node::Kind::scalar && node.text == "self") {
    keys.kind = Kind::self;
  } else {
    try {
      read_param(node, keys.positions);
    } catch (const ParamError& error) {
      throw ParamError(std::string(error.what()) + "; keys may also be earlier or self", error.line);
    }
  }
}

Node write_param(const KeyChoice& keys) {
  if (keys.kind == Kind::positions) return write_param(keys.positions);
  return Node::scalar(keys.kind == Kind::earlier ? "earlier" : "self", true);
}

Node param_schema(std::type_identity<KeyChoice> /*type*/) {
  using namespace pipeline::schema;
  return any_of({words({"earlier", "self"}), param_schema(std::type_identity<Positions>{})});
}

QueryKeyAxes::QueryKeyAxes(const Positions& queries, const KeyChoice& keys, const PassPlan& passes)
    : kind_(keys.kind) {
  queries_ = PositionAxis("queries", queries, passes.context(), passes.tokens());
  if (kind_ == Kind::positions) {
    keys_ = PositionAxis("keys", keys.positions, passes.context(), passes.tokens());
  } else if (kind_ == Kind::earlier) {
    std::size_t last_query = 0;
    for (std::size_t i = 0; i < passes.tokens().lengths.size(); ++i) {
      if (!passes.tokens().runs(i)) continue;
      const auto resolved = queries.resolve(passes.tokens().fed(i));
      last_query = std::max(last_query, *std::max_element(resolved.begin(), resolved.end()));
    }
    if (last_query == 0) throw ParamError("keys", "earlier: no query has a key before it");
    keys_ = PositionAxis("keys", Positions::slice(0, static_cast<std::int64_t>(last_query)), passes.context(),
                         passes.tokens());
  }
}

Positions QueryKeyAxes::keys() const {
  return kind_ == Kind::self ? queries_.positions() : keys_.positions();
}

std::vector<pipeline::Axis> QueryKeyAxes::axes(const PassPlan& passes) const {
  std::vector<pipeline::Axis> axes;
  const auto add = [&](const PositionAxis& positions, const std::string& name) {
    if (positions.has_axis()) axes.push_back(passes.named(positions.axis(name, "position of the " + name)));
  };
  add(queries_, "query");
  if (kind_ != Kind::self) add(keys_, "key");
  return axes;
}

std::vector<QueryKey> QueryKeyAxes::in(const FedPrompt& fed) const {
  const std::vector<std::optional<std::size_t>> no_axis(1);
  const auto keys = kind_ == Kind::self ? no_axis : keys_.in(fed);
  std::vector<QueryKey> cells;
  for (const auto& query : queries_.in(fed)) {
    for (const auto& key : keys) {
      QueryKey& cell = cells.emplace_back();
      if (!query) continue;
      cell.query = *query;
      if (kind_ == Kind::self) {
        cell.key = *query;
      } else if (kind_ == Kind::positions || (key && *key < *query)) {
        cell.key = key;
      }
    }
  }
  return cells;
}

}  // namespace hookflow::stages
