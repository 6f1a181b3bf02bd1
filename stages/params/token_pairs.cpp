#include "stages/params/token_pairs.hpp"

#include <algorithm>
#include <string>

#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Node;
using pipeline::ParamError;

/// The positions that a list of pairs names, each once, in the order in which they come.
std::vector<std::int64_t> named(const TokenPairs& pairs) {
  std::vector<std::int64_t> positions;
  for (const auto& [i, j] : pairs.list) {
    for (const std::int64_t position : {i, j}) {
      if (std::find(positions.begin(), positions.end(), position) == positions.end()) {
        positions.push_back(position);
      }
    }
  }
  return positions;
}

}  // namespace

void read_param(const Node& node, TokenPairs& pairs) {
  pairs = {};
  if (node.kind == Node::Kind::scalar && node.text == "unique") return;
  const char* forms =
      " is not a list of pairs of positions; must be unique or a list such as [[1, 2], [1, 3]]";
  if (node.kind != Node::Kind::list || node.items.empty()) {
    throw ParamError(pipeline::to_json(node) + forms, node.line);
  }
  for (const Node& item : node.items) {
    if (item.kind != Node::Kind::list || item.items.size() != 2) {
      throw ParamError(pipeline::to_json(item) + forms, item.line);
    }
    std::pair<std::int64_t, std::int64_t> pair;
    pipeline::read_param(item.items[0], pair.first);
    pipeline::read_param(item.items[1], pair.second);
    if (std::find(pairs.list.begin(), pairs.list.end(), pair) != pairs.list.end()) {
      throw ParamError(pipeline::to_json(item) + " is given twice", item.line);
    }
    pairs.list.push_back(pair);
  }
}

Node write_param(const TokenPairs& pairs) {
  if (pairs.list.empty()) return Node::scalar("unique", true);
  std::vector<Node> items;
  for (const auto& [i, j] : pairs.list) {
    items.push_back(Node::list({pipeline::write_param(i), pipeline::write_param(j)}));
  }
  return Node::list(std::move(items));
}

Node param_schema(std::type_identity<TokenPairs> /*type*/) {
  using namespace pipeline::schema;
  return any_of({words({"unique"}), set_of(list_of(whole_number(), 2, 2), 1)});
}

PairAxis::PairAxis(const TokenPairs& pairs, const Positions& positions, const PassPlan& passes) {
  const bool unique = pairs.list.empty();
  positions_ = PositionAxis(unique ? "positions" : "pairs", unique ? positions : Positions::at(named(pairs)),
                            passes.context(), passes.tokens());
  const std::vector<std::int64_t>& labels = positions_.labels();
  const auto index = [&](std::int64_t label) {
    return static_cast<std::size_t>(std::find(labels.begin(), labels.end(), label) - labels.begin());
  };
  for (const auto& [i, j] : pairs.list) pairs_.emplace_back(index(i), index(j));
  for (std::size_t i = 0; unique && i < labels.size(); ++i) {
    for (std::size_t j = i + 1; j < labels.size(); ++j) pairs_.emplace_back(i, j);
  }
  if (pairs_.empty()) {
    throw ParamError("positions", "there is no pair: every prompt has fewer than two of these positions");
  }
}

pipeline::Axis PairAxis::axis(const PassPlan& passes) const {
  std::vector<std::string> labels;
  for (const auto& [i, j] : pairs_) {
    labels.push_back(std::to_string(positions_.labels()[i]) + "-" + std::to_string(positions_.labels()[j]));
  }
  return passes.axis("pair", std::move(labels), "pair of positions i-j, " + passes.tokens().counting());
}

std::vector<std::optional<std::pair<std::size_t, std::size_t>>> PairAxis::in(const FedPrompt& fed) const {
  const auto indices = positions_.in(fed);
  std::vector<std::optional<std::pair<std::size_t, std::size_t>>> pairs;
  for (const auto& [i, j] : pairs_) {
    pairs.emplace_back();
    if (indices[i] && indices[j]) pairs.back().emplace(*indices[i], *indices[j]);
  }
  return pairs;
}

}  // namespace hookflow::stages
