#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookflow::pipeline {

/// One value of a workflow file: a scalar, a list or a map, with the line it stands on. What YAML is read into,
/// so that one file alone knows the YAML library.
struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  std::size_t line = 0;  // counted from 1; 0: not from a file
  std::string text;      // a scalar's text
  bool quoted = false;   // "5" is a string, 5 a number
  std::vector<Node> items;
  std::vector<std::pair<std::string, Node>> entries;  // in file order

  static Node scalar(std::string value, bool is_text = false);
  static Node list(std::vector<Node> values);
  static Node map(std::vector<std::pair<std::string, Node>> values);

  [[nodiscard]] const Node* find(std::string_view key) const;  // of a map; none: nullptr
  Node& operator[](std::string_view key);                      // of a map; added when it is not there
};

/// Reads YAML. Throws UsageError `file:line: ...` for what is not YAML, keys given twice, and anchors or tags
/// that the workflow format does not use.
Node parse_yaml(std::string_view text, std::string_view file_name);
/// YAML of one value, as on the command line: `--set a.b=[1, 2]`.
Node parse_yaml_value(std::string_view text);

/// Canonical JSON on one line: keys in the order they stand. Scalars that read as numbers, true, false or null
/// are written as such unless quoted.
std::string to_json(const Node& node);
/// The node as readable YAML, that parse_yaml reads back to an equal node.
std::string to_yaml(const Node& node);

}  // namespace hookflow::pipeline
