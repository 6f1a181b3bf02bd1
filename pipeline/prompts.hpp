#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/node.hpp"

namespace hookflow::pipeline {

/// One row of the inputs: text or token ids, and named columns.
struct Prompt {
  std::string id;
  std::optional<std::string> text;  // exactly one of text and ids
  std::optional<std::vector<std::int64_t>> ids;
  std::map<std::string, std::string> columns;  // target, contrast, ...
  std::string place;                           // file:line, for messages
};

/// Reads the `prompts:` of a workflow: a list of maps, or {file: p.jsonl}, found relative to `base`. `limit:
/// N` beside `file` takes the first N rows alone, to try out a long run.
///
/// A row holds `text` or `ids`, an `id` if wanted (rows without one are numbered from 0), and any other
/// columns, which are text or numbers; numbers are kept as they are spelled. Files are .jsonl and .ndjson (an
/// object a line, `ids` a list) and .csv (RFC 4180 with a header; `ids` are numbers with spaces between, and
/// an empty cell is no value). Both are UTF-8, and their blank lines are skipped.
///
/// All problems are listed together, the first 20 in full, in one UsageError (of the workflow itself) or
/// InputError (of the file): a missing file, no rows, neither or both of text and ids, an empty prompt, a
/// duplicate id or one that is no label (empty, with spaces around it or control characters in it), a row
/// that is no object, a column that is neither text nor a number, text that is not UTF-8 or holds a NUL.
std::vector<Prompt> read_prompts(const Node& prompts, const std::filesystem::path& base,
                                 const std::string& workflow_name);

/// A prompt as one line of JSON, its columns by name: the same wherever it came from.
std::string to_json(const Prompt& prompt);
/// Prompts from such lines. `place` names them in messages; throws InputError for lines that are none.
std::vector<Prompt> read_prompt_json(std::span<const std::string> lines, const std::string& place);

}  // namespace hookflow::pipeline
