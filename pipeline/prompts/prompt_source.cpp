#include "pipeline/prompts/prompt_source.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "pipeline/prompts/source_keys.hpp"
#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {
namespace {

std::map<std::string, PromptSource>& source_table() {
  static std::map<std::string, PromptSource> sources;
  return sources;
}

std::vector<std::string> source_keys() {
  std::vector<std::string> keys;
  for (const auto& [key, source] : source_table()) keys.push_back(key);
  return keys;
}

}  // namespace

bool register_prompt_source(PromptSource source) {
  const std::string key = source.key;
  if (!source_table().emplace(key, std::move(source)).second)
    throw std::logic_error("prompts are given by two sources called '" + key + "'");
  return true;
}

const std::map<std::string, PromptSource>& prompt_sources() { return source_table(); }

std::string prompt_source_keys() {
  std::string text;
  for (const auto& [key, source] : source_table()) {
    const bool is_last = key == source_table().rbegin()->first;
    text += (text.empty() ? "'" : is_last ? " or '" : ", '") + key + "'";
  }
  return text;
}

const PromptSource& source_of(const Node& map, const std::string& workflow_name) {
  SourceKeys keys(map, workflow_name);
  const PromptSource* found = nullptr;
  for (const auto& [key, value] : map.entries) {
    const auto source = source_table().find(key);
    if (source == source_table().end()) continue;
    if (found != nullptr) keys.report(value, "'" + found->key + "' and '" + key + "' exclude each other");
    found = &source->second;
  }
  if (found == nullptr) {
    for (const auto& [key, value] : map.entries)
      if (const std::string hint = suggestion(key, source_keys()); !hint.empty())
        keys.report(value, "unknown key '" + key + "'" + hint);
    keys.report(map, prompt_source_keys() + " must be given");
  }
  keys.raise();
  return *found;
}

std::string counted_id(std::size_t index, std::size_t count) {
  constexpr std::size_t kFewest = 3;
  const std::string number = std::to_string(index + 1);
  const std::size_t digits = std::max(kFewest, std::to_string(count).size());
  return "p-" + std::string(digits - number.size(), '0') + number;
}

}  // namespace hookflow::pipeline
