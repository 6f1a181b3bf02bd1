#include "pipeline/prompts/prompt_files.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "pipeline/error.hpp"
#include "pipeline/prompts/json_row.hpp"
#include "pipeline/prompts/prompt_rows.hpp"
#include "pipeline/text/csv.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/text/problems.hpp"
#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

using Fields = std::vector<std::string>;

std::string extension(const std::filesystem::path& name) { return lower_case(name.extension().string()); }

void read_json_lines(std::istream& in, std::size_t limit, PromptRows& rows) {
  std::string text;
  for (std::size_t line = 1; rows.size() < limit && std::getline(in, text); ++line) {
    if (line == 1) text = without_bom(text);
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    rows.begin(line);
    set_json_row(text, rows);
    rows.end();
  }
}

// A header that cannot be used makes every row's problem the same: it is refused at once.
void check_header(const Fields& header, const std::string& file, std::size_t line) {
  Problems problems(file);
  const auto report = [&](const std::string& problem) { problems.add(line, problem); };
  const auto position = [&](std::string_view name) {
    return static_cast<std::size_t>(std::find(header.begin(), header.end(), name) - header.begin());
  };
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    if (header[i].empty()) {
      report("column " + number + " has no name" + (i == 0 ? " (pandas: to_csv(index=False))" : ""));
      continue;
    }
    if (find_invalid_utf8(header[i]) != std::string::npos) {
      report("the name of column " + number + " is not UTF-8");
    } else if (const std::string problem = column_name_problem(header[i]); !problem.empty()) {
      report(problem);
    }
    if (const std::size_t first = position(header[i]); first < i) {
      report("column '" + header[i] + "' is given twice, as columns " + std::to_string(first + 1) + " and " +
             number);
    }
  }
  if (position("text") == header.size() && position("ids") == header.size()) {
    const bool other_comma = header.size() == 1 && header[0].find_first_of(";\t") != std::string::npos;
    report("no column 'text' or 'ids'" +
           (other_comma ? "; columns are separated by commas alone" : suggestion("text", header)));
  }
  problems.raise<InputError>();
}

void set_ids(std::string_view cell, PromptRows& rows) {
  std::vector<std::int64_t> ids;
  while (!cell.empty()) {
    const std::size_t end = std::min(cell.find(' '), cell.size());
    if (end > 0) {
      const std::optional<std::int64_t> id = parse_id(cell.substr(0, end));
      if (!id) {
        return rows.refuse("ids", "holds '" + std::string(cell.substr(0, end)) +
                                      "': ids are whole numbers from 0 up, with spaces between");
      }
      ids.push_back(*id);
    }
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
  rows.set_ids(std::move(ids));
}

void set_csv_row(const Fields& header, Fields& fields, PromptRows& rows) {
  if (fields.size() != header.size()) {
    return rows.refuse_row("the row has " + std::to_string(fields.size()) + " fields, the header " +
                           std::to_string(header.size()));
  }
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (find_invalid_utf8(fields[i]) != std::string::npos) {
      rows.refuse(header[i], "is not UTF-8");
    } else if (fields[i].empty()) {
      continue;
    } else if (header[i] == "ids") {
      set_ids(fields[i], rows);
    } else {
      rows.set(header[i], std::move(fields[i]));
    }
  }
}

void read_csv(std::istream& in, const std::string& name, std::size_t limit, PromptRows& rows) {
  CsvReader reader(in);
  try {
    Fields header;
    if (!reader.next(header)) return;
    check_header(header, name, reader.line());
    Fields fields;
    while (rows.size() < limit && reader.next(fields)) {
      rows.begin(reader.line());
      set_csv_row(header, fields, rows);
      rows.end();
    }
  } catch (const CsvError& error) {
    const std::string before = rows.problems();
    throw InputError(before + (before.empty() ? "" : "\n") + name + ':' + std::to_string(error.line) +
                     ": not CSV: " + error.what() + "; reading stops here");
  }
}

}  // namespace

std::string prompt_file_problem(const std::filesystem::path& name) {
  const std::string kind = extension(name);
  if (kind == ".jsonl" || kind == ".ndjson" || kind == ".csv") return "";
  return "file '" + name.string() + "': prompts are read from .jsonl, .ndjson and .csv" +
         (kind == ".json" ? "; of JSON, put one object on each line and call it .jsonl" : "");
}

Prompts read_prompt_file(const std::filesystem::path& path, std::size_t limit) {
  const std::string name = path.string();
  const auto fail = [&name] {
    throw InputError(name + ": cannot be read: " + std::generic_category().message(errno));
  };
  std::ifstream in(path, std::ios::binary);
  if (!in) fail();
  PromptRows rows({name, ":"});
  if (extension(path) == ".csv") {
    read_csv(in, name, limit, rows);
  } else {
    read_json_lines(in, limit, rows);
  }
  if (in.bad()) fail();
  Prompts prompts = rows.take<InputError>();
  if (prompts.empty()) throw InputError(name + ": the file holds no prompts");
  return prompts;
}

}  // namespace hookflow::pipeline
