#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "pipeline/text/source_text.hpp"
#include "pipeline/text/utf8.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kMaxDepth = 64;

// Builds nodes from the parser's events, and reports what is YAML but not ours.
class NodeBuilder : public YAML::EventHandler {
 public:
  explicit NodeBuilder(SourceText& source) : source_(source) {}

  [[nodiscard]] Node take_root() { return std::move(root_); }

 private:
  struct Open {
    Node node;
    std::optional<std::string> key;  // read, its value not yet
    std::size_t key_line = 0;
    std::map<std::string, std::size_t> key_lines;
  };

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    const bool marked = source_.line(static_cast<std::size_t>(mark.line)).starts_with("---");
    source_.fail(line_of(mark), marked ? "a second document starts here; only one is read"
                                       : "not YAML: this is no part of the value before it");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (wants_key()) {
      source_.report(line_of(mark), "a key is missing, or null");
      open_.back().key = "";
      return;
    }
    Node node;
    node.line = null_line(mark);
    add(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override { OnNull(mark, anchor); }
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    source_.report(line_of(mark), "anchor '&" + name + "': anchors and aliases are not used here");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    check_tag(mark, tag);
    if (value.find('\0') != std::string::npos) {
      source_.report(line_of(mark), "text holds a NUL character");
    }
    if (wants_key()) {
      take_key(mark, value, tag != "?");
      return;
    }
    Node node = Node::scalar(value, tag != "?");
    node.line = line_of(mark);
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, Node::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, Node::Kind::map);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] bool wants_key() const {
    return !open_.empty() && open_.back().node.kind == Node::Kind::map && !open_.back().key;
  }

  void open(const YAML::Mark& mark, const std::string& tag, Node::Kind kind) {
    check_tag(mark, tag);
    if (wants_key()) source_.report(line_of(mark), "a key must be text, not a list or a map");
    if (open_.size() == kMaxDepth) {
      source_.fail(line_of(mark), "lists and maps are nested deeper than " + std::to_string(kMaxDepth));
    }
    Open frame;
    frame.node.kind = kind;
    frame.node.line = line_of(mark);
    open_.push_back(std::move(frame));
  }

  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void take_key(const YAML::Mark& mark, const std::string& key, bool quoted) {
    Open& frame = open_.back();
    frame.key = key;
    frame.key_line = line_of(mark);
    if (key == "<<" && !quoted) source_.report(frame.key_line, "merge keys (<<) are not used here");
    const auto [first, is_new] = frame.key_lines.emplace(key, frame.key_line);
    if (is_new) return;
    const std::string where =
        source_.has_lines() ? ", first on line " + std::to_string(first->second) : std::string{};
    source_.report(frame.key_line, "key '" + key + "' is given twice" + where);
  }

  void add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& frame = open_.back();
    if (frame.node.kind == Node::Kind::list) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      frame.key = "";  // a list or a map in place of a key, reported when it began
    } else {
      node.line = frame.key_line;
      frame.node.entries.emplace_back(*std::exchange(frame.key, std::nullopt), std::move(node));
    }
  }

  // The parser gives "?" for plain and "!" for quoted scalars without a tag.
  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    if (tag.empty() || tag == "?" || tag == "!") return;
    const std::string shown = tag.starts_with(kCore) ? "!!" + tag.substr(kCore.size()) : tag;
    source_.report(line_of(mark),
                   "tag '" + shown + "': tags are not used here; text is what stands in quotes");
  }

  [[nodiscard]] std::size_t line_of(const YAML::Mark& mark) const {
    return source_.has_lines() ? static_cast<std::size_t>(mark.line) + 1 : 0;
  }

  // The parser marks a value that is left out by what comes next, maybe lines below.
  [[nodiscard]] std::size_t null_line(const YAML::Mark& mark) const {
    auto index = static_cast<std::size_t>(mark.line);
    const auto column = static_cast<std::size_t>(mark.column);
    const auto is_empty = [](std::string_view line) {
      const std::size_t start = line.find_first_not_of(" \t\r");
      return start == std::string_view::npos || line[start] == '#';
    };
    const std::string_view line = source_.line(index);
    const std::string_view rest = column < line.size() ? line.substr(column) : std::string_view{};
    const bool written = rest.starts_with('~') || rest.starts_with('n') || rest.starts_with('N');
    if (!written && is_empty(line.substr(0, column))) {
      do {
        if (index == 0) break;
        --index;
      } while (is_empty(source_.line(index)));
    }
    return source_.has_lines() ? index + 1 : 0;
  }

  SourceText& source_;
  Node root_;
  std::vector<Open> open_;
  int documents_ = 0;
};

Node read(std::string_view text, SourceText& source, const std::string& if_empty) {
  source.check_bytes();
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) source.fail(1, if_empty);
  NodeBuilder builder(source);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) source.fail(1, if_empty);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    auto index = static_cast<std::size_t>(std::max(error.mark.line, 0));
    while (index > 0 && source.line(index).empty()) --index;  // what is missing at the end of the file
    const std::string_view line = source.line(index);
    const bool tab = line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
    source.fail(index + 1, "not YAML: " + error.msg + (tab ? " (YAML is indented by spaces, not tabs)" : ""));
  }
  source.throw_if_any();
  return builder.take_root();
}

}  // namespace

Node parse_yaml(std::string_view text, std::string_view file_name) {
  text = without_bom(text);
  SourceText source(text, std::string(file_name), true);
  Node root = read(text, source, "the file is empty");
  if (root.kind == Node::Kind::null) source.fail(1, "the file is empty");
  return root;
}

Node parse_yaml_value(std::string_view text) {
  SourceText source(text, "value '" + std::string(text) + "'", false);
  return read(text, source, "nothing is given; write null or \"\"");
}

}  // namespace hookflow::pipeline
