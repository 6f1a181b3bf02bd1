#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "pipeline/error.hpp"
#include "pipeline/prompts/csv_rows.hpp"
#include "pipeline/prompts/json_row.hpp"
#include "pipeline/prompts/prompt_rows.hpp"
#include "pipeline/prompts/prompt_source.hpp"
#include "pipeline/prompts/source_keys.hpp"
#include "pipeline/text/lfs_pointer.hpp"
#include "pipeline/text/line_reader.hpp"
#include "pipeline/text/utf8.hpp"
#include "pipeline/yaml/json_schema.hpp"

namespace hookflow::pipeline {
namespace {

std::string extension(const std::filesystem::path& name) { return lower_case(name.extension().string()); }

void read_json_lines(std::istream& in, std::size_t limit, PromptRows& rows) {
  LineReader lines(in);
  for (std::string text; rows.size() < limit && lines.next(text);) {
    if (text.find_first_not_of(" \t") == std::string::npos) continue;
    add_json_row(lines.number(), text, rows);
  }
}

/// Why a file of this name is not read; empty: it is.
std::string prompt_file_problem(const std::filesystem::path& name) {
  const std::string kind = extension(name);
  if (kind == ".jsonl" || kind == ".ndjson" || kind == ".csv") return "";
  return "file '" + name.string() + "': prompts are read from .jsonl, .ndjson and .csv" +
         (kind == ".json" ? "; of JSON, put one object on each line and call it .jsonl" : "");
}

/// The first `limit` rows of a file.
Prompts read_prompt_file(const std::filesystem::path& path, std::size_t limit, BadPrompts bad) {
  const std::string name = path.string();
  const auto fail = [&name] {
    throw InputError(name + ": cannot be read: " + std::generic_category().message(errno));
  };
  std::ifstream in(path, std::ios::binary);
  if (!in) fail();
  refuse_lfs_pointer(path);
  PromptRows rows({name, ":"}, bad);
  if (extension(path) == ".csv") {
    read_csv_rows(in, name, limit, rows);
  } else {
    read_json_lines(in, limit, rows);
  }
  if (in.bad()) fail();
  Prompts prompts = rows.take<InputError>();
  if (prompts.empty()) throw InputError(name + ": the file holds no prompts");
  return prompts;
}

/// `{file: p.jsonl, limit: 100}`.
Prompts read_file_source(const Node& map, const PromptsContext& context) {
  SourceKeys keys(map, context.workflow_name);
  keys.refuse_others({"file", "limit"});
  const Node& file = *map.find("file");
  if (file.text.empty()) {
    keys.report(file, "'file' is not the name of a file");
  } else if (const std::string problem = prompt_file_problem(file.text); !problem.empty()) {
    keys.report(file, problem);
  }
  const std::int64_t limit = keys.whole_number("limit").value_or(SourceKeys::kHighest);
  keys.raise();
  const std::filesystem::path path = context.base / file.text;
  if (!std::filesystem::exists(path)) keys.report(file, "no file '" + path.string() + "'");
  keys.raise<InputError>();
  return read_prompt_file(path, static_cast<std::size_t>(limit), context.bad);
}

Node file_schema() {
  using namespace schema;
  const Node name = text_like(R"(\.([jJ][sS][oO][nN][lL]|[nN][dD][jJ][sS][oO][nN]|[cC][sS][vV])$)");
  return map_of({{"file",
                  with_doc(name,
                           "JSON Lines (.jsonl, .ndjson) or CSV with a header row (.csv), found from the "
                           "workflow's folder"),
                  true},
                 {"limit", with_doc(whole_number(1), "Only the first so many, to try out a long run")}});
}

const bool kFile = register_prompt_source({"file", file_schema, read_file_source});

}  // namespace
}  // namespace hookflow::pipeline
