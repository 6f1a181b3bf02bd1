#include "pipeline/prompts/prompts.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <limits>
#include <system_error>

#include "pipeline/error.hpp"
#include "pipeline/prompts/csv_rows.hpp"
#include "pipeline/prompts/json_row.hpp"
#include "pipeline/prompts/prompt_rows.hpp"
#include "pipeline/text/lfs_pointer.hpp"
#include "pipeline/text/line_reader.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/text/problems.hpp"
#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

std::size_t number_of(const Node& node) { return node.line > 0 ? node.line : PromptPlaces::kNone; }

void set_ids(const Node& value, PromptRows& rows) {
  if (value.kind != Node::Kind::list) return rows.refuse("ids", "is not a list of ids");
  std::vector<std::int64_t> ids;
  for (const Node& item : value.items) {
    const std::optional<std::int64_t> id = item.quoted ? std::nullopt : parse_id(item.text);
    if (!id) return rows.refuse("ids", "holds " + to_json(item) + "; an id must be a whole number from 0 up");
    ids.push_back(*id);
  }
  rows.set_ids(std::move(ids));
}

void set_value(const std::string& key, const Node& value, PromptRows& rows) {
  using Kind = Node::Kind;
  const bool is_column = key != "id" && key != "text";
  if (value.kind == Kind::list && !is_column) {
    return rows.refuse(key, "is a list; must be text or a number");
  }
  if (value.kind == Kind::map && !is_column) return rows.refuse(key, "is a map; must be text or a number");
  const bool is_word = !value.quoted && (value.text == "true" || value.text == "false");
  if (value.kind == Kind::scalar && !is_word) return rows.set(key, value.text);
  if (is_column) return rows.set_other(key, to_json(value));
  rows.refuse(key, "is " + to_json(value) + "; must be text or a number; quotes make it text");
}

Prompts read_list(const Node& list, const std::string& workflow_name, BadPrompts bad) {
  PromptRows rows({workflow_name, ":"}, bad);
  for (const Node& item : list.items) {
    rows.begin(number_of(item));
    if (item.kind == Node::Kind::map) {
      for (const auto& [key, value] : item.entries) {
        key == "ids" ? set_ids(value, rows) : set_value(key, value, rows);
      }
    } else {
      rows.refuse_row("a prompt must be a map such as {id: berlin, text: \"Berlin is in\"}");
    }
    rows.end();
  }
  return rows.take<UsageError>();
}

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

// `{file: p.jsonl, limit: 100}`.
struct FileSource {
  std::filesystem::path path;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
};

FileSource read_source(const Node& map, const std::filesystem::path& base, const std::string& workflow_name) {
  static const std::array<std::string, 2> known_keys = {"file", "limit"};
  FileSource source;
  Problems problems(workflow_name);
  const auto report = [&](const Node& node, const std::string& problem) {
    problems.add(node.line, "prompts: " + problem);
  };
  for (const auto& [key, value] : map.entries) {
    if (key == "file") {
      if (value.text.empty()) {
        report(value, "'file' is not the name of a file");
      } else if (const std::string problem = prompt_file_problem(value.text); !problem.empty()) {
        report(value, problem);
      }
      source.path = base / value.text;
    } else if (key == "limit") {
      const std::int64_t limit = value.quoted ? 0 : parse_id(value.text).value_or(0);
      if (limit == 0) report(value, "'limit' is " + to_json(value) + ": must be a whole number from 1 up");
      source.limit = static_cast<std::size_t>(limit);
    } else {
      report(value, "unknown key '" + key + "'" + suggestion(key, known_keys));
    }
  }
  if (map.find("file") == nullptr) report(map, "'file' is missing");
  problems.raise();
  return source;
}

}  // namespace

Prompts read_prompts(const Node& prompts, const std::filesystem::path& base, const std::string& workflow_name,
                     BadPrompts bad) {
  const std::string place = PromptPlaces{workflow_name, ":"}.of(number_of(prompts)) + ": prompts: ";
  if (prompts.kind == Node::Kind::list) {
    if (prompts.items.empty()) throw UsageError(place + "the list is empty");
    return read_list(prompts, workflow_name, bad);
  }
  if (prompts.kind != Node::Kind::map)
    throw UsageError(place + "must be a list of prompts or {file: p.jsonl}");
  const FileSource source = read_source(prompts, base, workflow_name);
  if (!std::filesystem::exists(source.path))
    throw InputError(place + "no file '" + source.path.string() + "'");
  return read_prompt_file(source.path, source.limit, bad);
}

Prompts read_prompt_json(const TextRows& lines, const std::string& place) {
  PromptRows rows({place, ", prompt "});
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string line = lines[i];
    if (std::optional<Prompt> bad = bad_prompt(line)) {
      rows.add_bad(std::move(*bad), i);
    } else {
      add_json_row(i, line, rows);
    }
  }
  return rows.take<InputError>();
}

}  // namespace hookflow::pipeline
