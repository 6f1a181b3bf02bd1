#include "stages/params/replacement.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "pipeline/text/nearest.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow {
namespace {

using pipeline::Node;
using pipeline::ParamError;
using Kind = Replacement::Kind;

constexpr const char* kForms = "must be zero, {value: x}, {mean: head}, {mean: positions} or {add: [x, ...]}";

float to_float(double number, std::size_t line) {
  if (std::abs(number) > static_cast<double>(std::numeric_limits<float>::max())) {
    throw ParamError(pipeline::write_param(number).text + " is too large for a 32-bit float", line);
  }
  return static_cast<float>(number);
}

/// The shortest spelling that reads back as this float: 0.1, not the double that it is nearest to.
Node spelled(float number) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return Node::scalar(std::string(digits.data(), end));
}

Replacement mean_of(const Node& node) {
  std::string over;
  pipeline::read_param(node, over);
  if (over == "head") return {Kind::mean_head, 0, {}};
  if (over == "positions") return {Kind::mean_positions, 0, {}};
  throw ParamError(
      "mean: unknown '" + over + "'" +
          pipeline::suggestion(over, std::vector<std::string>{"head", "positions"}) +
          "; must be head (one number over positions and dimensions) or positions (a number a dimension)",
      node.line);
}

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
  if (node.kind == Node::Kind::scalar && node.text == "zero") {
    replacement = {};
    return;
  }
  if (node.kind != Node::Kind::map || node.entries.size() != 1) {
    throw ParamError(pipeline::to_json(node) + " is no replacement; " + kForms, node.line);
  }
  const auto& [key, value] = node.entries.front();
  if (key == "mean") {
    replacement = mean_of(value);
  } else if (key == "value") {
    double number = 0;
    pipeline::read_param(value, number);
    replacement = {Kind::value, to_float(number, value.line), {}};
  } else if (key == "add") {
    std::vector<double> numbers;
    pipeline::read_param(value, numbers);
    if (numbers.empty()) throw ParamError("add: the list is empty", value.line);
    replacement = {Kind::add, 0, {}};
    for (const double number : numbers) replacement.vector.push_back(to_float(number, value.line));
  } else {
    throw ParamError("unknown replacement '" + key + "'; " + kForms, value.line);
  }
}

Node write_param(const Replacement& replacement) {
  const auto map = [](const char* key, Node value) { return Node::map({{key, std::move(value)}}); };
  switch (replacement.kind) {
    case Kind::zero:
      return Node::scalar("zero", true);
    case Kind::value:
      return map("value", spelled(replacement.value));
    case Kind::mean_head:
      return map("mean", Node::scalar("head", true));
    case Kind::mean_positions:
      return map("mean", Node::scalar("positions", true));
    case Kind::add: {
      std::vector<Node> numbers;
      for (const float number : replacement.vector) numbers.push_back(spelled(number));
      return map("add", Node::list(std::move(numbers)));
    }
  }
  throw std::logic_error("a replacement without a spelling");
}

std::string label(const Replacement& replacement) {
  switch (replacement.kind) {
    case Kind::zero:
      return "zero";
    case Kind::value:
      return "value_" + spelled(replacement.value).text;
    case Kind::mean_head:
      return "mean_head";
    case Kind::mean_positions:
      return "mean_positions";
    case Kind::add:
      return "add";
  }
  throw std::logic_error("a replacement without a label");
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
