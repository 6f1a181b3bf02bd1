#include "stages/params/replacement.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pipeline/yaml/param.hpp"
#include "stages/subject/translate_errors.hpp"

namespace hookflow {
namespace {

using pipeline::Node;
using pipeline::ParamError;

float to_float(double number, std::size_t line) {
  if (std::abs(number) > static_cast<double>(std::numeric_limits<float>::max())) {
    throw ParamError(pipeline::write_param(number).text + " is too large for a 32-bit float", line);
  }
  return static_cast<float>(number);
}

/// Reads a kind's argument into one of the type that the kind wants.
struct ArgumentReader {
  const std::string& key;
  const Node& node;

  void operator()(std::monostate& /*none*/) const {
    throw ParamError(key + ": takes nothing behind it; must be " + edit_rule(), node.line);
  }
  void operator()(float& number) const {
    double value = 0;
    pipeline::read_param(node, value);
    number = to_float(value, node.line);
  }
  void operator()(std::string& word) const { pipeline::read_param(node, word); }
  void operator()(std::vector<float>& numbers) const {
    std::vector<double> values;
    pipeline::read_param(node, values);
    for (const double value : values) numbers.push_back(to_float(value, node.line));
  }
};

Replacement read_entry(const std::string& key, const Node& node) {
  EditArgument argument = edit_syntax(key).argument;
  std::visit(ArgumentReader{key, node}, argument);
  return Replacement(key, std::move(argument));
}

Node argument_node(float number) { return Node::scalar(spelled(number)); }
Node argument_node(const std::string& word) { return Node::scalar(word, true); }
Node argument_node(const std::vector<float>& numbers) {
  std::vector<Node> items;
  items.reserve(numbers.size());
  for (const float number : numbers) items.push_back(argument_node(number));
  return Node::list(std::move(items));
}

struct ReplacementWriter {
  const std::string& key;
  Node operator()(std::monostate /*none*/) const { return Node::scalar(key, true); }
  Node operator()(const auto& argument) const { return Node::map({{key, argument_node(argument)}}); }
};

constexpr const char* kPositionForms =
    "; positions must be all, last, whole numbers, or a quoted slice such as \"1:\" or \"1:-1\"";

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
    throw ParamError("'" + node.text + "' holds no position, whatever the prompt's length", node.line);
  }
  return Positions::slice(begin, end);
}

}  // namespace

void read_param(const Node& node, Replacement& replacement) {
  if (node.kind == Node::Kind::scalar && stands_alone(node.text)) {
    replacement = Replacement(node.text);
  } else if (node.kind == Node::Kind::map && node.entries.size() == 1) {
    const auto& entry = node.entries.front();
    const auto read = [&] { return read_entry(entry.first, entry.second); };
    replacement = stages::translate_value_errors(entry.second.line, read);
  } else {
    throw ParamError(pipeline::to_json(node) + " is no replacement; must be " + edit_rule(), node.line);
  }
}

Node write_param(const Replacement& replacement) {
  return std::visit(ReplacementWriter{replacement.key()}, replacement.argument());
}

void read_param(const Node& node, Positions& positions) {
  if (node.kind == Node::Kind::scalar && node.text == "all") {
    positions = Positions::all();
  } else if (node.kind == Node::Kind::scalar && node.text == "last") {
    positions = Positions::last();
  } else if (node.kind == Node::Kind::scalar && node.text.find(':') != std::string::npos) {
    positions = read_slice(node);
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
        throw ParamError("position " + std::to_string(position) + " stands there twice", node.line);
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
  }
  throw std::logic_error("positions without a spelling");
}

}  // namespace hookflow
