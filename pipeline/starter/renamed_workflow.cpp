#include "pipeline/starter/renamed_workflow.hpp"

#include <algorithm>
#include <stdexcept>

#include "pipeline/workflow/workflow.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {
namespace {

/// As YAML: bare where no character of it could mean something else.
std::string spelled(const std::string& text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/';
  };
  const auto inside = [&](char c) { return plain(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  const bool bare = plain(text.front()) && std::ranges::all_of(text, inside) && text != "true" &&
                    text != "false" && text != "null";
  return bare ? text : to_json(Node::scalar(text, true));
}

std::size_t line_start(const std::string& text, std::size_t line) {
  std::size_t at = 0;
  for (std::size_t i = 1; i < line; ++i) at = text.find('\n', at) + 1;
  return at;
}

/// Writes another value behind a key of the map, where the text has the old one.
void replace_value(std::string& text, const Node& map, const std::string& key, const std::string& value) {
  const Node& old = *map.find(key);
  const std::size_t behind_key = text.find(key + ":", line_start(text, old.line)) + key.size() + 1;
  std::size_t at = text.find(old.text, behind_key);
  std::size_t size = old.text.size();
  if (at == std::string::npos) throw std::logic_error(key + ": its value is not spelled in the text");
  if (old.quoted && (text[at - 1] == '"' || text[at - 1] == '\'')) {
    --at;
    size += 2;
  }
  text.replace(at, size, spelled(value));
}

}  // namespace

std::string renamed_workflow(const std::filesystem::path& path, const std::string& name) {
  std::string text = workflow_text(path);
  const Node root = parse_yaml(text, path.string());
  if (const Node* prompts = root.find("prompts"); prompts != nullptr && prompts->find("file") != nullptr) {
    const std::filesystem::path file = path.parent_path() / prompts->find("file")->text;
    replace_value(text, *prompts, "file", std::filesystem::weakly_canonical(file).string());
  }
  replace_value(text, root, "workflow", name);
  return text;
}

}  // namespace hookflow::pipeline
