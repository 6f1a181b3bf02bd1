#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookflow::pipeline {

/// One value of a workflow file: a scalar, a list or a map, with the line it stands on. What YAML is read
/// into, so that one file alone knows the YAML library.
struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  std::size_t line = 0;  // counted from 1; of a map's entry: its key's line; 0: not from a file
  std::string text;      // a scalar's text
  bool quoted = false;   // "5" is a string, 5 a number
  std::vector<Node> items;
  std::vector<std::pair<std::string, Node>> entries;  // in file order

  // Defined in node.cpp: some compilers cannot yet destroy a pair with a Node here.
  ~Node();
  Node() = default;
  Node(const Node&) = default;
  Node(Node&&) noexcept = default;
  Node& operator=(const Node&) = default;
  Node& operator=(Node&&) noexcept = default;

  static Node scalar(std::string value, bool is_text = false);
  static Node list(std::vector<Node> values);
  static Node map(std::vector<std::pair<std::string, Node>> values);

  [[nodiscard]] const Node* find(std::string_view key) const;  // of a map; none: nullptr
  Node& operator[](std::string_view key);  // of a map, or a null that becomes one; added when it is not there
};

/// Reads one document of YAML 1.2: only `true` and `false` are booleans, so `no` and `on` are text. Throws a
/// UsageError, a line `file:line: ...` a problem, for what is not YAML, an empty file, a second document,
/// keys given twice, keys that are no text, nesting deeper than 64, bytes that are no text, and anchors,
/// aliases, merge keys and tags, which the workflow format does not use.
Node parse_yaml(std::string_view text, std::string_view file_name);
/// YAML of one value, as on the command line: `--set a.b=[1, 2]`. Its nodes have no line.
Node parse_yaml_value(std::string_view text);

/// Whether an unquoted scalar is a number as JSON spells one: 5, -0.5 and 1e-3, but not .5, 0x10 or 1_000.
bool is_json_number(std::string_view text);

/// Canonical JSON on one line, without spaces: keys in the order they stand. Scalars that are JSON numbers,
/// true, false or null are written exactly as they stand unless quoted, and everything else as a string:
/// `.5`, `0x10` and `no` become ".5", "0x10" and "no".
std::string to_json(const Node& node);
/// A text in quotes. A byte that is not UTF-8 is replaced.
void append_json_text(std::string_view text, std::string& out);

}  // namespace hookflow::pipeline
