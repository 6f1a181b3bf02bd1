#include "stages/params/token_pairs.hpp"

#include <algorithm>
#include <set>

#include "pipeline/yaml/param.hpp"
#include "stages/params/position_meaning.hpp"
#include "stages/params/positions_param.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Node;
using pipeline::ParamError;

constexpr const char* kForms =
    "; must be unique or a list such as [[1, 2], [1, 3]], where a side is one position, last, or what stands "
    "there: {token: \" butter\"} or {column: NAME}";

bool is_named(const Positions& side) { return side.kind == Positions::Kind::named; }

bool is_side(const Positions& side) {
  return is_named(side) || side.kind == Positions::Kind::last ||
         (side.kind == Positions::Kind::list && side.list.size() == 1);
}

Positions read_side(const Node& node) {
  Positions side;
  hookflow::read_param(node, side);
  if (!is_side(side)) throw ParamError(pipeline::to_json(node) + " is not one position" + kForms, node.line);
  return side;
}

Node write_side(const Positions& side) {
  return side.kind == Positions::Kind::list ? pipeline::write_param(side.list.front()) : write_param(side);
}

/// As a reader calls it: a token's text without the space before it, a column's name, a number.
std::string side_label(const Positions& side) {
  if (!is_named(side)) return write_side(side).text;
  const PositionMeaning meaning = read_meaning(meaning_node(side));
  std::string label = meaning.column;
  if (meaning.id) label = std::to_string(*meaning.id);
  if (meaning.text) label = meaning.text->substr(meaning.text->starts_with(' ') ? 1 : 0);
  if (meaning.occurrence) label += " (" + std::to_string(*meaning.occurrence) + ")";
  if (meaning.offset != 0) label += (meaning.offset > 0 ? "+" : "") + std::to_string(meaning.offset);
  return label;
}

/// Tokens that differ in the space before them alone are told apart as they are written.
std::vector<std::string> pair_labels(const TokenPairs& pairs) {
  std::vector<std::string> labels, written;
  for (const auto& [a, b] : pairs.list) {
    labels.push_back(side_label(a) + "-" + side_label(b));
    written.push_back(to_json(write_side(a)) + "-" + to_json(write_side(b)));
  }
  const std::set<std::string> different(labels.begin(), labels.end());
  return different.size() == labels.size() ? labels : written;
}

}  // namespace

void read_param(const Node& node, TokenPairs& pairs) {
  pairs = {};
  if (node.kind == Node::Kind::scalar && node.text == "unique") return;
  const auto refuse = [](const Node& what, const std::string& why) {
    throw ParamError(pipeline::to_json(what) + why, what.line);
  };
  const std::string no_list = std::string(" is not a list of pairs of positions") + kForms;
  if (node.kind != Node::Kind::list || node.items.empty()) refuse(node, no_list);
  for (const Node& item : node.items) {
    if (item.kind != Node::Kind::list || item.items.size() != 2) refuse(item, no_list);
    const std::pair pair(read_side(item.items[0]), read_side(item.items[1]));
    if (std::ranges::find(pairs.list, pair) != pairs.list.end()) refuse(item, " is given twice");
    pairs.list.push_back(pair);
  }
}

Node write_param(const TokenPairs& pairs) {
  if (pairs.list.empty()) return Node::scalar("unique", true);
  std::vector<Node> items;
  for (const auto& [i, j] : pairs.list) items.push_back(Node::list({write_side(i), write_side(j)}));
  return Node::list(std::move(items));
}

Node param_schema(std::type_identity<TokenPairs> /*type*/) {
  using namespace pipeline::schema;
  const Node side = any_of({whole_number(), words({"last"}), meaning_schema()});
  return any_of({words({"unique"}), set_of(list_of(side, 2, 2), 1)});
}

PairAxis::PairAxis(const TokenPairs& pairs, const Positions& positions, const PassPlan& passes) {
  if (pairs.list.empty()) {
    pair_all(positions, passes);
  } else {
    pair_listed(pairs, passes);
  }
}

void PairAxis::pair_all(const Positions& positions, const PassPlan& passes) {
  positions_ = {positions};
  all_.emplace("positions", positions, passes.context(), passes.tokens());
  const std::vector<std::int64_t>& places = all_->labels();
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = i + 1; j < places.size(); ++j) {
      pairs_.emplace_back(i, j);
      labels.push_back(std::to_string(places[i]) + "-" + std::to_string(places[j]));
    }
  }
  if (pairs_.empty())
    throw ParamError("positions", "there is no pair: every prompt has fewer than two of these positions");
  axis_ = passes.axis("pair", std::move(labels), "pair of positions i-j, " + passes.tokens().counting());
}

void PairAxis::pair_listed(const TokenPairs& pairs, const PassPlan& passes) {
  const auto place = [&](const Positions& side) {
    const auto found = std::ranges::find(positions_, side);
    const auto index = static_cast<std::size_t>(found - positions_.begin());
    if (found == positions_.end()) positions_.push_back(side);
    return index;
  };
  for (const auto& [i, j] : pairs.list) {
    const std::size_t first = place(i);
    pairs_.emplace_back(first, place(j));
  }
  for (const Positions& side : positions_) check_positions("pairs", side, passes.context(), passes.tokens());
  const bool named = std::ranges::any_of(positions_, is_named);
  axis_ = passes.axis(
      "pair", pair_labels(pairs),
      "pair of positions i-j, " + (named ? std::string("by what stands there") : passes.tokens().counting()));
}

std::vector<std::optional<std::pair<std::size_t, std::size_t>>> PairAxis::in(const FedPrompt& fed) const {
  std::vector<std::optional<std::size_t>> places;
  if (all_) places = all_->in(fed);
  for (std::size_t i = 0; !all_ && i < positions_.size(); ++i)
    places.emplace_back(positions_[i].resolve(fed).back());
  std::vector<std::optional<std::pair<std::size_t, std::size_t>>> pairs;
  for (const auto& [i, j] : pairs_) {
    pairs.emplace_back();
    if (places[i] && places[j]) pairs.back().emplace(*places[i], *places[j]);
  }
  return pairs;
}

}  // namespace hookflow::stages
