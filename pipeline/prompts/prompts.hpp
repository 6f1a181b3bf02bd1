#pragma once
#include <filesystem>
#include <string>

#include "pipeline/prompts/prompt_list.hpp"
#include "pipeline/values/rows.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

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
Prompts read_prompts(const Node& prompts, const std::filesystem::path& base,
                     const std::string& workflow_name);

/// Prompts from lines as to_json gives them. `place` names them in messages; throws InputError for lines that
/// are none.
Prompts read_prompt_json(const TextRows& lines, const std::string& place);

}  // namespace hookflow::pipeline
