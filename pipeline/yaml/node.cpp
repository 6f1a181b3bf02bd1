#include "pipeline/yaml/node.hpp"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace hookflow::pipeline {
namespace {

void append_json(const Node& node, std::string& out) {
  switch (node.kind) {
    case Node::Kind::null:
      out += "null";
      return;
    case Node::Kind::scalar: {
      const bool as_is = !node.quoted && (node.text == "true" || node.text == "false" ||
                                          node.text == "null" || is_json_number(node.text));
      if (as_is)
        out += node.text;
      else
        append_json_text(node.text, out);
      return;
    }
    case Node::Kind::list:
      out += '[';
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        if (i > 0) out += ',';
        append_json(node.items[i], out);
      }
      out += ']';
      return;
    case Node::Kind::map:
      out += '{';
      for (std::size_t i = 0; i < node.entries.size(); ++i) {
        if (i > 0) out += ',';
        append_json_text(node.entries[i].first, out);
        out += ':';
        append_json(node.entries[i].second, out);
      }
      out += '}';
      return;
  }
}

}  // namespace

Node::~Node() = default;

Node Node::scalar(std::string value, bool is_text) {
  Node node;
  node.kind = Kind::scalar;
  node.text = std::move(value);
  node.quoted = is_text;
  return node;
}

Node Node::list(std::vector<Node> values) {
  Node node;
  node.kind = Kind::list;
  node.items = std::move(values);
  return node;
}

Node Node::map(std::vector<std::pair<std::string, Node>> values) {
  Node node;
  node.kind = Kind::map;
  node.entries = std::move(values);
  return node;
}

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name == key) return &value;
  return nullptr;
}

Node& Node::operator[](std::string_view key) {
  if (kind == Kind::null) kind = Kind::map;
  if (kind != Kind::map) throw std::logic_error("a key of a node that is not a map: " + std::string(key));
  for (auto& [name, value] : entries)
    if (name == key) return value;
  return entries.emplace_back(key, Node{}).second;
}

bool is_json_number(std::string_view text) {
  const auto digits = [&text] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool leading_zero = text.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

void append_json_text(std::string_view text, std::string& out) {
  const bool as_is =
      std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (!as_is) {
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

std::string to_json(const Node& node) {
  std::string out;
  append_json(node, out);
  return out;
}

}  // namespace hookflow::pipeline
