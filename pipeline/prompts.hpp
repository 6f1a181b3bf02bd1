#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/node.hpp"

namespace hookflow::pipeline {

/// One row of the inputs: text or token ids, and named columns.
struct Prompt {
  std::string id;
  std::optional<std::string> text;             // exactly one of text and ids
  std::optional<std::vector<std::int64_t>> ids;
  std::map<std::string, std::string> columns;  // target, contrast, ...
  std::string place;                           // file:line, for messages
};

/// Reads the `prompts:` of a workflow: a list of maps, or {file: p.jsonl} / {file: p.csv}, found relative to
/// `base`. Rows without an id are numbered from 0. All problems are listed together in one UsageError (of the
/// workflow itself) or InputError (of the file): a missing file, neither or both of text and ids, an empty
/// prompt, a duplicate id, a row that is no object, a column that is not text or a number, text that is not
/// UTF-8.
std::vector<Prompt> read_prompts(const Node& prompts, const std::filesystem::path& base,
                                 const std::string& workflow_name);

}  // namespace hookflow::pipeline
