#include "stages/params/replacement_param.hpp"

#include <cmath>
#include <limits>
#include <string>
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

}  // namespace hookflow
