#include "pipeline/report/workflow_yaml.hpp"

#include <algorithm>
#include <cctype>

namespace hookflow::pipeline {
namespace {

/// Whether a text is read back as that text without quotes.
bool is_plain(const std::string& text) {
  const auto letter = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
  };
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
         std::ranges::all_of(text, letter) && text != "true" && text != "false" && text != "null";
}

std::string key_text(const std::string& key) {
  return is_plain(key) ? key : to_json(Node::scalar(key, true));
}

std::string flow_text(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::list:
      for (const Node& item : node.items) text += (text.empty() ? "" : ", ") + flow_text(item);
      return "[" + text + "]";
    case Node::Kind::map:
      for (const auto& [key, value] : node.entries)
        text += (text.empty() ? "" : ", ") + key_text(key) + ": " + flow_text(value);
      return "{" + text + "}";
    default:
      return node.kind == Node::Kind::scalar && is_plain(node.text) ? node.text : to_json(node);
  }
}

bool holds_maps(const Node& node) {
  const auto is_map = [](const Node& value) { return value.kind == Node::Kind::map; };
  return std::ranges::any_of(node.items, is_map) ||
         std::ranges::any_of(node.entries, [&](const auto& entry) { return is_map(entry.second); });
}

}  // namespace

std::string workflow_yaml(const Node& workflow) {
  std::string text;
  for (const auto& [key, value] : workflow.entries) {
    text += key_text(key) + ":";
    if (!holds_maps(value)) {
      text += " " + flow_text(value) + "\n";
      continue;
    }
    text += "\n";
    for (const auto& [name, inner] : value.entries)
      text += "  " + key_text(name) + ": " + flow_text(inner) + "\n";
    for (const Node& item : value.items) text += "  - " + flow_text(item) + "\n";
  }
  return text;
}

}  // namespace hookflow::pipeline
