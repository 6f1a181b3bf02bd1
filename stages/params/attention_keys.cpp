#include "stages/params/attention_keys.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string>

#include "pipeline/yaml/param.hpp"
#include "stages/params/positions_param.hpp"

namespace hookflow::stages {

using pipeline::Node;
using pipeline::ParamError;
using Kind = KeyChoice::Kind;

namespace {

constexpr const char* kOffset = "offset";
constexpr const char* kPrevious = "previous_occurrence";

/// `-1`, or `+1` as it is said of a distance.
std::int64_t read_distance(const Node& node) {
  Node number = node;
  if (number.kind == Node::Kind::scalar && !number.quoted && number.text.starts_with('+') &&
      number.text.find_first_not_of("0123456789", 1) == std::string::npos)
    number.text.erase(0, 1);
  std::int64_t distance = 0;
  pipeline::read_param(number, distance);
  return distance;
}

KeyChoice read_relative(const Node& node) {
  const bool is_one = node.entries.size() == 1;
  const std::string& key = is_one ? node.entries.front().first : "";
  if (key != kOffset && key != kPrevious)
    throw ParamError(pipeline::to_json(node) +
                         " names no keys; must be {offset: -1}, the distance from the "
                         "query, or {previous_occurrence: +1}, that from where the "
                         "query's token stood before",
                     node.line);
  return {key == kOffset ? Kind::offset : Kind::previous_occurrence,
          {},
          read_distance(node.entries.front().second)};
}

}  // namespace

void read_param(const Node& node, KeyChoice& keys) {
  keys = {};
  if (node.kind == Node::Kind::scalar && node.text == "earlier") {
    keys.kind = Kind::earlier;
  } else if (node.kind == Node::Kind::scalar && node.text == "self") {
    keys.kind = Kind::offset;
  } else if (node.kind == Node::Kind::map) {
    keys = read_relative(node);
  } else {
    try {
      read_param(node, keys.positions);
    } catch (const ParamError& error) {
      throw ParamError(std::string(error.what()) +
                           "; keys may also be earlier, self, {offset: -1} or {previous_occurrence: +1}",
                       error.line);
    }
  }
}

Node write_param(const KeyChoice& keys) {
  switch (keys.kind) {
    case Kind::positions:
      return write_param(keys.positions);
    case Kind::earlier:
      return Node::scalar("earlier", true);
    case Kind::offset:
      if (keys.offset == 0) return Node::scalar("self", true);
      break;
    case Kind::previous_occurrence:
      break;
  }
  return Node::map({{keys.kind == Kind::offset ? kOffset : kPrevious, pipeline::write_param(keys.offset)}});
}

Node param_schema(std::type_identity<KeyChoice> /*type*/) {
  using namespace pipeline::schema;
  const Node distance = any_of({whole_number(), text_like("^\\+[0-9]+$")});
  return any_of({words({"earlier", "self"}), map_of({{kOffset, distance, true}}),
                 map_of({{kPrevious, distance, true}}), param_schema(std::type_identity<Positions>{})});
}

QueryKeyAxes::QueryKeyAxes(const Positions& queries, const KeyChoice& keys, const PassPlan& passes)
    : choice_(keys) {
  queries_ = PositionAxis("queries", queries, passes.context(), passes.tokens());
  if (keys.kind == Kind::previous_occurrence) ids_ = passes.tokens().ids;
  if (keys.kind == Kind::positions) {
    keys_ = PositionAxis("keys", keys.positions, passes.context(), passes.tokens());
  } else if (keys.kind == Kind::earlier) {
    std::size_t last_query = 0;
    for (std::size_t i = 0; i < passes.tokens().lengths.size(); ++i) {
      if (!passes.tokens().runs(i)) continue;
      const auto resolved = queries.resolve(passes.tokens().fed(i));
      last_query = std::max(last_query, *std::max_element(resolved.begin(), resolved.end()));
    }
    if (last_query == 0) throw ParamError("keys", "earlier: no query has a key before it");
    keys_ = PositionAxis("keys", Positions::slice(0, static_cast<std::int64_t>(last_query)), passes.context(),
                         passes.tokens());
  } else {
    check_one_key(passes);
  }
}

void QueryKeyAxes::check_one_key(const PassPlan& passes) const {
  const std::vector<std::size_t>& lengths = passes.tokens().lengths;
  bool any_runs = false;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (!passes.tokens().runs(i)) continue;
    any_runs = true;
    for (const QueryKey& cell : in(i, passes.tokens().fed(i))) {
      if (cell.key) return;
    }
  }
  if (!any_runs) return;
  throw ParamError("keys", pipeline::to_json(write_param(choice_)) +
                               (choice_.kind == Kind::offset
                                    ? ": no query has a key at that distance"
                                    : ": no query's token stands before it, with a key at that distance"));
}

Positions QueryKeyAxes::keys() const {
  if (!one_key()) return keys_.positions();
  const bool own = choice_.kind == Kind::offset && choice_.offset == 0;
  return own ? queries_.positions() : Positions::all();
}

std::string QueryKeyAxes::meaning() const {
  const bool is_previous = choice_.kind == Kind::previous_occurrence;
  if (!one_key()) return "";
  if (choice_.offset == 0)
    return is_previous ? ", of the previous occurrence of the query's token" : ", of itself";
  return ", of the key " + std::to_string(std::abs(choice_.offset)) +
         (choice_.offset < 0 ? " before " : " behind ") +
         (is_previous ? "the previous occurrence of the query's token" : "the query");
}

std::vector<pipeline::Axis> QueryKeyAxes::query_axes(const PassPlan& passes) const {
  if (!queries_.has_axis()) return {};
  return {passes.named(queries_.axis("query", "position of the query"))};
}

std::vector<pipeline::Axis> QueryKeyAxes::axes(const PassPlan& passes) const {
  std::vector<pipeline::Axis> axes = query_axes(passes);
  if (!one_key() && keys_.has_axis()) axes.push_back(passes.named(keys_.axis("key", "position of the key")));
  return axes;
}

std::optional<std::size_t> QueryKeyAxes::key_of(std::size_t query, std::size_t prompt,
                                                std::size_t length) const {
  std::size_t from = query;
  if (choice_.kind == Kind::previous_occurrence) {
    const auto before = ids_[prompt].first(query);
    const auto found = std::find(before.rbegin(), before.rend(), ids_[prompt][query]);
    if (found == before.rend()) return {};
    from = static_cast<std::size_t>(before.rend() - found) - 1;
  }
  // Without the sum, which an offset of any size may overflow.
  const auto start = static_cast<std::int64_t>(from);
  if (choice_.offset < -start || choice_.offset >= static_cast<std::int64_t>(length) - start) return {};
  return static_cast<std::size_t>(start + choice_.offset);
}

std::vector<QueryKey> QueryKeyAxes::in(std::size_t prompt, const FedPrompt& fed) const {
  const std::vector<std::optional<std::size_t>> no_axis(1);
  const auto keys = one_key() ? no_axis : keys_.in(fed);
  std::vector<QueryKey> cells;
  for (const auto& query : queries_.in(fed)) {
    for (const auto& key : keys) {
      QueryKey& cell = cells.emplace_back();
      if (!query) continue;
      cell.query = *query;
      if (one_key()) {
        cell.key = key_of(*query, prompt, fed.prompt);
      } else if (choice_.kind == Kind::positions || (key && *key < *query)) {
        cell.key = key;
      }
    }
  }
  return cells;
}

}  // namespace hookflow::stages
