#pragma once
#include <string>

#include "pipeline/prompts/prompt_list.hpp"
#include "pipeline/prompts/prompt_source.hpp"
#include "pipeline/values/rows.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// Reads the `prompts:` of a workflow: a list of maps, or a map that one of prompt_sources() reads: {file:
/// p.jsonl}, found relative to the base (`limit: N` beside `file` takes the first N rows alone, to try out a
/// long run), or what they are made from, such as {template: ...}.
///
/// A row holds `text` or `ids`, an `id` if wanted (rows without one are numbered from 0), and any other
/// columns. Numbers are kept as they are spelled, null is no value, and true, false, lists and objects are
/// kept as JSON, for no stage's use. Files are .jsonl and .ndjson (an object a line, `ids` a list) and .csv
/// (RFC 4180 with a header; `ids` are numbers with spaces between, and an empty cell is no value). Both are
/// UTF-8, their lines end with LF, CRLF or CR, and blank lines are skipped.
///
/// All problems are listed together, the first 20 in full, in one UsageError (of the workflow itself) or
/// InputError (of the file): a missing file, no rows, neither or both of text and ids, an empty prompt, a
/// duplicate id or one that is no label (empty, with spaces around it or control characters in it), a row
/// that is no object, text that is not UTF-8 or holds a NUL. With BadPrompts::kept, rows that cannot be used
/// are kept with their problem; one whose id cannot be used is called `line N`.
Prompts read_prompts(const Node& prompts, const PromptsContext& context);

/// Prompts from lines as to_json gives them. `place` names them in messages; throws InputError for lines that
/// are none.
Prompts read_prompt_json(const TextRows& lines, const std::string& place);

}  // namespace hookflow::pipeline
