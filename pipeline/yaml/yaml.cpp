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

#include "pipeline/text/problems.hpp"
#include "pipeline/text/utf8.hpp"
#include "pipeline/yaml/node.hpp"
#include "pipeline/yaml/surrogates.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kMaxDepth = 64;

/// The text that is read: its lines, counted from 0 as the parser counts, and what is wrong with them.
class SourceText {
 public:
  // Without `has_lines`, the text is so short that messages and nodes need none.
  SourceText(std::string_view text, std::string name, bool has_lines)
      : text_(text), name_(std::move(name)), has_lines_(has_lines), problems_(name_) {
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    lines_.push_back(text);
  }

  // Beyond the end: empty.
  [[nodiscard]] std::string_view line(std::size_t index) const {
    return index < lines_.size() ? lines_[index] : std::string_view{};
  }
  [[nodiscard]] std::size_t index_at(std::size_t offset) const {
    return static_cast<std::size_t>(std::count(text_.begin(), text_.begin() + offset, '\n'));
  }
  // Of a line, in messages and nodes.
  [[nodiscard]] std::size_t number(std::size_t index) const { return has_lines_ ? index + 1 : 0; }

  [[nodiscard]] bool quotes_at(std::size_t offset) const {
    return offset < text_.size() && text_[offset] == '"';
  }

  void report(std::size_t index, const std::string& problem) { problems_.add(number(index), problem); }
  void raise() const { problems_.raise(); }
  // For what cannot be read on from; what was reported before may be no more than its consequence.
  [[noreturn]] void fail(std::size_t index, const std::string& problem) const {
    Problems last(name_);
    last.add(number(index), problem);
    throw UsageError(last.text());
  }

  // YAML has no control characters, and its parser takes U+0004 for the end of the file.
  void check_bytes() const {
    if (const std::size_t at = find_invalid_utf8(text_); at != std::string_view::npos) {
      fail(index_at(at), "the text is not UTF-8");
    }
    if (const std::size_t at = find_control(text_); at != std::string_view::npos) {
      const int code = static_cast<unsigned char>(text_[at]);
      fail(index_at(at), "the text holds control character " + std::to_string(code) +
                             (code == 0 ? " (NUL)" : "; write it as an escape between double quotes"));
    }
  }

 private:
  std::string_view text_;
  std::vector<std::string_view> lines_;
  std::string name_;
  bool has_lines_;
  Problems problems_;
};

// Builds nodes from the parser's events, and reports what is YAML but not ours.
class NodeBuilder : public YAML::EventHandler {
 public:
  explicit NodeBuilder(SourceText& source) : source_(source) {}

  [[nodiscard]] bool is_empty() const { return documents_ == 0; }
  [[nodiscard]] Node take_root() { return std::move(root_); }
  /// Where the texts in double quotes begin.
  [[nodiscard]] const std::vector<std::size_t>& quotes() const { return quotes_; }

 private:
  struct Open {
    Node node;
    std::optional<std::string> key;  // read, its value not yet
    std::size_t key_line = 0;
    std::map<std::string, std::size_t> key_lines;
  };

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    source_.fail(index_of(mark), source_.line(index_of(mark)).starts_with("---")
                                     ? "a second document starts here; only one is read"
                                     : "not YAML: this text does not belong to the value before it");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (wants_key()) {
      source_.report(index_of(mark), "a key is missing, or null");
      open_.back().key = "";
      return;
    }
    Node node;
    node.line = null_line(mark);
    add(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override { OnNull(mark, anchor); }
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    source_.report(index_of(mark), "anchor '&" + name + "': anchors and aliases are not supported");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    check_tag(mark, tag);
    if (const auto at = static_cast<std::size_t>(mark.pos); source_.quotes_at(at)) quotes_.push_back(at);
    if (value.find('\0') != std::string::npos) {
      source_.report(index_of(mark), "text holds a NUL character");
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
    if (wants_key()) source_.report(index_of(mark), "a key must be text, not a list or a map");
    if (open_.size() == kMaxDepth) {
      source_.fail(index_of(mark), "lists and maps are nested deeper than " + std::to_string(kMaxDepth));
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
    if (key == "<<" && !quoted) source_.report(index_of(mark), "merge keys (<<) are not supported");
    const auto [first, is_new] = frame.key_lines.emplace(key, frame.key_line);
    if (is_new) return;
    const std::string where = first->second == 0 ? "" : ", first on line " + std::to_string(first->second);
    source_.report(index_of(mark), "key '" + key + "' is given twice" + where);
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
    source_.report(index_of(mark),
                   "tag '" + shown + "': tags are not supported; to make a value text, put it in quotes");
  }

  static std::size_t index_of(const YAML::Mark& mark) { return static_cast<std::size_t>(mark.line); }
  [[nodiscard]] std::size_t line_of(const YAML::Mark& mark) const { return source_.number(index_of(mark)); }

  // The parser marks a value that is left out by what comes next, maybe lines below.
  [[nodiscard]] std::size_t null_line(const YAML::Mark& mark) const {
    const auto is_empty = [](std::string_view line) {
      const std::size_t start = line.find_first_not_of(" \t\r");
      return start == std::string_view::npos || line[start] == '#';
    };
    std::size_t index = index_of(mark);
    const std::string_view line = source_.line(index);
    const auto column = std::min(static_cast<std::size_t>(mark.column), line.size());
    const bool written = line.find_first_of("~nN", column) == column;
    bool left_out = !written && is_empty(line.substr(0, column));
    while (left_out && index > 0) left_out = is_empty(source_.line(--index));
    return source_.number(index);
  }

  SourceText& source_;
  Node root_;
  std::vector<Open> open_;
  std::vector<std::size_t> quotes_;
  int documents_ = 0;
};

void parse_events(const std::string& text, YAML::EventHandler& handler) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  while (parser.HandleNextDocument(handler)) {
  }
}

// Its characters that are escaped as two halves, as one. What else is wrong is told when the text is read.
std::string with_whole_characters(std::string_view text, const std::string& name, bool has_lines) {
  if (!may_hold_surrogates(text)) return std::string(text);
  const std::string readable = without_surrogates(text);
  SourceText source(readable, name, has_lines);
  NodeBuilder builder(source);
  try {
    parse_events(readable, builder);
  } catch (const std::runtime_error&) {
  }
  std::vector<LoneSurrogate> lone;
  std::string joined = join_surrogates(text, builder.quotes(), lone);
  Problems problems(name);
  for (const LoneSurrogate& half : lone) {
    problems.add(
        source.number(source.index_at(half.offset)),
        "'" + half.escape + "' is half of a character (a surrogate); its other half must be next to it");
  }
  problems.raise();
  return joined;
}

Node read(const std::string& text, SourceText& source, const std::string& if_empty) {
  source.check_bytes();
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) source.fail(0, if_empty);
  NodeBuilder builder(source);
  try {
    parse_events(text, builder);
  } catch (const YAML::Exception& error) {
    auto index = static_cast<std::size_t>(std::max(error.mark.line, 0));
    while (index > 0 && source.line(index).empty()) --index;  // what is missing at the end of the file
    const std::string_view line = source.line(index);
    const bool tab = line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
    const bool flow = error.msg.find("end of map flow") != std::string::npos ||
                      error.msg.find("end of sequence flow") != std::string::npos;
    source.fail(index, "not YAML: " + error.msg + (tab ? " (YAML is indented by spaces, not tabs)" : "") +
                           (flow ? "; text that holds [ ] { } , : # or * must be in quotes" : ""));
  }
  if (builder.is_empty()) source.fail(0, if_empty);
  source.raise();
  return builder.take_root();
}

}  // namespace

Node parse_yaml(std::string_view text, std::string_view file_name) {
  const std::string name(file_name);
  const std::string whole = with_whole_characters(without_bom(text), name, true);
  SourceText source(whole, name, true);
  Node root = read(whole, source, "the file is empty");
  if (root.kind == Node::Kind::null) source.fail(0, "the file is empty");
  return root;
}

Node parse_yaml_value(std::string_view text) {
  const std::string name = "value '" + std::string(text) + "'";
  const std::string whole = with_whole_characters(text, name, false);
  SourceText source(whole, name, false);
  return read(whole, source, "nothing is given; write null or \"\"");
}

}  // namespace hookflow::pipeline
