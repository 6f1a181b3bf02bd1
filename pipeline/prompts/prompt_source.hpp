#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "pipeline/prompts/prompt_list.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

class Subject;

/// What reading prompts may need beside what the workflow says under `prompts:`.
struct PromptsContext {
  std::filesystem::path base;  // where files are found from
  std::string workflow_name;
  BadPrompts bad = BadPrompts::refused;
  /// What the workflow is run on, opened when it is asked for; may throw InputError.
  std::function<Subject&()> subject{};
};

/// A way to come by prompts, a map under `prompts:` that is known by one of its keys: {file: p.jsonl}. `read`
/// throws a UsageError that lists all that is wrong with the map, and InputError for what it refers to. What
/// it gives depends on these and the map alone: a run that is begun again must find the same prompts.
struct PromptSource {
  std::string key;
  std::function<Node()> schema;
  std::function<Prompts(const Node& map, const PromptsContext& context)> read;
};

bool register_prompt_source(PromptSource source);
/// By their keys.
const std::map<std::string, PromptSource>& prompt_sources();
/// The keys, as `'file', 'random' or 'template'`.
std::string prompt_source_keys();
/// The source whose key is in the map. Throws UsageError when there is none, or more than one.
const PromptSource& source_of(const Node& map, const std::string& workflow_name);

/// What the prompt of that index is called among so many that are made: p-001, p-002 ...
std::string counted_id(std::size_t index, std::size_t count);

}  // namespace hookflow::pipeline
