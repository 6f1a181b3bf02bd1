#include "pipeline/workflow/workflow_settings.hpp"

#include <algorithm>
#include <sstream>

#include "pipeline/error.hpp"
#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {

const std::vector<std::string>& workflow_keys() {
  static const std::vector<std::string> keys = {"workflow",     "about",  "model", "plugins", "prompts",
                                                "batch_tokens", "stages", "keep",  "show",    "figures"};
  return keys;
}

void apply_setting(Node& root, const std::string& setting) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError("--set " + setting + ": must be path=value, such as scores.metrics=[prob]");
  }
  std::vector<std::string> path;
  std::istringstream words(setting.substr(0, equals));
  for (std::string word; std::getline(words, word, '.');) path.push_back(word);
  std::vector<std::string> known = workflow_keys();
  const bool is_key = std::find(known.begin(), known.end(), path.front()) != known.end();
  if (const Node* stages = root.find("stages")) {
    for (const auto& [id, node] : stages->entries) known.push_back(id);
  }
  if (std::find(known.begin(), known.end(), path.front()) == known.end()) {
    throw UsageError("--set " + setting + ": '" + path.front() +
                     "' is neither a key nor a stage of the workflow" + suggestion(path.front(), known));
  }
  if (!is_key) path.insert(path.begin(), "stages");
  Node* place = &root;
  std::string above = "the workflow";
  for (const std::string& word : path) {
    if (place->kind != Node::Kind::map) {
      throw UsageError(std::string("--set ").append(setting).append(": ").append(above).append(
          " is not a map, so it has no '" + word + "'"));
    }
    place = &(*place)[word];
    above = "'" + word + "'";
  }
  try {
    *place = parse_yaml_value(setting.substr(equals + 1));
  } catch (const UsageError& error) {
    throw UsageError("--set " + setting.substr(0, equals) + ": " + error.what());
  }
}

}  // namespace hookflow::pipeline
