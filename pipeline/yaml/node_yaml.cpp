#include <algorithm>
#include <string>
#include <string_view>

#include "pipeline/text/utf8.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kFlowWidth = 90;  // a longer list takes a line an item

// Text that YAML reads as itself without quotes, at any place of a document. Stricter than YAML's own rule,
// which depends on the place, and which readers do not all keep.
bool is_plain(std::string_view text) {
  constexpr std::string_view kIndicators = "?:,[]{}#&*!|>'\"%@`<=\t\n\r";
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.starts_with("...")) return false;
  if (text == "~" || text == "null" || text == "Null" || text == "NULL") return false;
  if (text.find_first_of(kIndicators) != std::string_view::npos) return false;
  if (find_control(text) != std::string_view::npos) return false;
  return text.front() != '-' || (text.size() > 1 && text[1] != '-' && text[1] != ' ');
}

// JSON's escapes are YAML's too.
std::string quoted(const std::string& text) { return to_json(Node::scalar(text, true)); }

std::string key_text(const std::string& key) { return is_plain(key) ? key : quoted(key); }

std::string scalar_text(const Node& node) {
  if (node.kind == Node::Kind::null) return "null";
  const bool is_null = !node.quoted && node.text == "null";
  return is_null || (!node.quoted && is_plain(node.text)) ? node.text : quoted(node.text);
}

bool is_scalar(const Node& node) { return node.kind == Node::Kind::null || node.kind == Node::Kind::scalar; }

// The node on one line, if it is a scalar, empty, or a short list of scalars; otherwise empty.
std::string on_one_line(const Node& node) {
  if (is_scalar(node)) return scalar_text(node);
  if (node.kind == Node::Kind::map) return node.entries.empty() ? "{}" : "";
  if (!std::all_of(node.items.begin(), node.items.end(), is_scalar)) return "";
  std::string line = "[";
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    line += (i > 0 ? ", " : "") + scalar_text(node.items[i]);
  }
  return line.size() > kFlowWidth ? "" : line + "]";
}

// The node's lines, indented. The first starts where the caller's line stands: "- " needs no line of its own.
void append_block(const Node& node, std::size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  bool first = true;
  const auto begin_line = [&] {
    if (!first) out += margin;
    first = false;
  };
  for (const Node& item : node.items) {
    begin_line();
    out += "- ";
    const std::string line = on_one_line(item);
    if (line.empty()) {
      append_block(item, indent + 2, out);
    } else {
      out += line + '\n';
    }
  }
  for (const auto& [key, value] : node.entries) {
    begin_line();
    out += key_text(key) + ':';
    const std::string line = on_one_line(value);
    if (line.empty()) {
      out += '\n' + std::string(indent + 2, ' ');
      append_block(value, indent + 2, out);
    } else {
      out += ' ' + line + '\n';
    }
  }
}

}  // namespace

std::string to_yaml(const Node& node) {
  std::string out = on_one_line(node);
  if (!out.empty()) return out + '\n';
  append_block(node, 0, out);
  return out;
}

}  // namespace hookflow::pipeline
