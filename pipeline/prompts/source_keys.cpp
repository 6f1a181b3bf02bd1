#include "pipeline/prompts/source_keys.hpp"

#include <algorithm>

#include "pipeline/prompts/prompt_rows.hpp"
#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {

std::optional<std::int64_t> SourceKeys::whole_number(const std::string& key, Range range) {
  const Node* node = map_.find(key);
  if (node == nullptr) return std::nullopt;
  const auto number = node->quoted ? std::nullopt : parse_id(node->text);
  if (number && *number >= range.least && *number <= range.most) return number;
  const std::string end = range.most == kHighest ? " up" : " to " + std::to_string(range.most);
  report(*node, "'" + key + "' is " + to_json(*node) + ": must be a whole number from " +
                    std::to_string(range.least) + end);
  return std::nullopt;
}

bool SourceKeys::flag(const std::string& key) {
  const Node* node = map_.find(key);
  if (node == nullptr) return false;
  const bool is_word = !node->quoted && (node->text == "true" || node->text == "false");
  if (!is_word) report(*node, "'" + key + "' is " + to_json(*node) + ": must be true or false");
  return node->text == "true";
}

void SourceKeys::refuse_others(const std::vector<std::string>& known) {
  for (const auto& [key, value] : map_.entries)
    if (std::ranges::find(known, key) == known.end())
      report(value, "unknown key '" + key + "'" + suggestion(key, known));
}

}  // namespace hookflow::pipeline
