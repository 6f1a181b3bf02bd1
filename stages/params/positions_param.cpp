#include "stages/params/positions_param.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/yaml/param.hpp"
#include "stages/params/position_meaning.hpp"

namespace hookflow {
namespace {

using pipeline::Node;
using pipeline::ParamError;

constexpr const char* kPositionForms =
    "; positions must be all, last, whole numbers, a quoted slice such as \"1:\" or \"1:-1\", or what stands "
    "there: {token: \" her\"} or {column: NAME}, with occurrence or offset";

/// One side of a slice; empty text is none.
std::optional<std::int64_t> read_bound(std::string_view text, const Node& slice) {
  if (text.empty()) return std::nullopt;
  std::int64_t bound = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, bound);
  if (error != std::errc{} || stop != end) {
    throw ParamError("'" + slice.text + "' is not a slice of positions" + kPositionForms, slice.line);
  }
  return bound;
}

Positions read_slice(const Node& node) {
  const std::string_view text = node.text;
  const std::size_t colon = text.find(':');
  const auto begin = read_bound(text.substr(0, colon), node);
  const auto end = read_bound(text.substr(colon + 1), node);
  const bool same_side = end && (begin.value_or(0) < 0) == (*end < 0);
  if (same_side && begin.value_or(0) >= *end) {
    throw ParamError("'" + node.text + "' selects no position, whatever the prompt's length", node.line);
  }
  return Positions::slice(begin, end);
}

}  // namespace

void read_param(const Node& node, Positions& positions) {
  if (node.kind == Node::Kind::scalar && node.text == "all") {
    positions = Positions::all();
  } else if (node.kind == Node::Kind::scalar && node.text == "last") {
    positions = Positions::last();
  } else if (node.kind == Node::Kind::scalar && node.text.find(':') != std::string::npos) {
    positions = read_slice(node);
  } else if (node.kind == Node::Kind::map) {
    positions = stages::positions_of(stages::read_meaning(node));
  } else {
    std::vector<std::int64_t> list;
    try {
      pipeline::read_param(node, list);
    } catch (const ParamError& error) {
      throw ParamError(std::string(error.what()) + kPositionForms, error.line);
    }
    if (list.empty()) throw ParamError("the list of positions is empty", node.line);
    for (const std::int64_t position : list) {
      if (std::count(list.begin(), list.end(), position) > 1) {
        throw ParamError("position " + std::to_string(position) + " is given twice", node.line);
      }
    }
    positions = Positions::at(std::move(list));
  }
}

Node write_param(const Positions& positions) {
  const auto bound = [](const auto& value) { return value ? std::to_string(*value) : std::string(); };
  switch (positions.kind) {
    case Positions::Kind::all:
      return Node::scalar("all", true);
    case Positions::Kind::last:
      return Node::scalar("last", true);
    case Positions::Kind::list:
      return pipeline::write_param(positions.list);
    case Positions::Kind::slice:
      return Node::scalar(bound(positions.begin) + ":" + bound(positions.end), true);
    case Positions::Kind::named:
      return stages::meaning_node(positions);
    case Positions::Kind::each:
    case Positions::Kind::predicting_answer:
      break;  // asked for by stages alone
  }
  throw std::logic_error("positions without a spelling");
}

Node param_schema(std::type_identity<Positions> /*type*/) {
  using namespace pipeline::schema;
  return any_of({words({"all", "last"}), text_like("^(-?[0-9]+)?:(-?[0-9]+)?$"), whole_number(),
                 set_of(whole_number(), 1), stages::meaning_schema()});
}

}  // namespace hookflow
