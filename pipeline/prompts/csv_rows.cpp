#include "pipeline/prompts/csv_rows.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "pipeline/error.hpp"
#include "pipeline/text/line_reader.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/text/problems.hpp"
#include "pipeline/text/utf8.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

using CsvFields = std::vector<std::string>;

/// A record that breaks RFC 4180's quoting.
struct CsvError : std::runtime_error {
  CsvError(std::size_t at_line, const std::string& problem)
      : std::runtime_error("not CSV: " + problem), line(at_line) {}
  std::size_t line;
};

/// A quote that is never closed: nothing behind it can be read with certainty.
struct OpenQuote : CsvError {
  using CsvError::CsvError;
};

/// Reads CSV as RFC 4180 has it, a record at a time: fields between commas, in double quotes where they hold
/// commas, quotes (doubled) or line ends, which are kept as they are. Records end with CRLF, LF or CR. Blank
/// lines are skipped. No space is trimmed: ` Germany` keeps its space.
class CsvReader {
 public:
  explicit CsvReader(std::istream& in) : lines_(in) {}

  /// Reads the next record; false: there is none. Throws CsvError; the next record then begins on the next
  /// line.
  bool next(CsvFields& fields) {
    fields.clear();
    do {
      if (!read_line()) return false;
    } while (text_.empty());
    start_ = lines_.number();
    while (true) {
      fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted_field() : plain_field());
      if (at_ == text_.size()) return true;
      ++at_;  // the comma
    }
  }
  /// The line that the record starts on, from 1.
  [[nodiscard]] std::size_t line() const { return start_; }

 private:
  bool read_line() {
    at_ = 0;
    return lines_.next(text_);
  }

  std::string plain_field() {
    const std::size_t end = std::min(text_.find(',', at_), text_.size());
    std::string field = text_.substr(at_, end - at_);
    if (field.find('"') != std::string::npos) {
      throw CsvError(lines_.number(), "a quote stands inside a field that does not begin with a quote");
    }
    at_ = end;
    return field;
  }

  std::string quoted_field() {
    const std::size_t opened = lines_.number();
    std::string field;
    ++at_;
    while (true) {
      const std::size_t quote = text_.find('"', at_);
      field += text_.substr(at_, quote == std::string::npos ? quote : quote - at_);
      if (quote == std::string::npos) {
        field += lines_.ending();
        if (!read_line())
          throw OpenQuote(opened, "the quote that begins a field on this line is never closed");
        continue;
      }
      at_ = quote + 1;
      if (at_ == text_.size() || text_[at_] == ',') return field;
      if (text_[at_] != '"')
        throw CsvError(lines_.number(), "text stands between a closing quote and the next comma");
      field += '"';
      ++at_;
    }
  }

  LineReader lines_;
  std::string text_;    // a line without its end
  std::size_t at_ = 0;  // in text_
  std::size_t start_ = 0;
};

// A header that cannot be used makes every row's problem the same: it is refused at once.
void check_header(const CsvFields& header, const std::string& file, std::size_t line) {
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
           (other_comma ? "; columns must be separated by commas" : suggestion("text", header)));
  }
  problems.raise<InputError>();
}

void set_ids(const std::string& cell, PromptRows& rows) {
  std::vector<std::int64_t> ids;
  std::istringstream words(cell);
  for (std::string word; std::getline(words, word, ' ');) {
    if (word.empty()) continue;
    const std::optional<std::int64_t> id = parse_id(word);
    if (!id) {
      return rows.refuse("ids",
                         "holds '" + word + "'; must be whole numbers from 0 up, with spaces between them");
    }
    ids.push_back(*id);
  }
  rows.set_ids(std::move(ids));
}

void set_csv_row(const CsvFields& header, CsvFields& fields, PromptRows& rows) {
  if (fields.size() != header.size()) {
    return rows.refuse_row("the row has " + counted(fields.size(), "field") + ", the header " +
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

/// Whether there was a row to read.
bool read_row(CsvReader& reader, const CsvFields& header, PromptRows& rows) {
  try {
    CsvFields fields;
    if (!reader.next(fields)) return false;
    rows.begin(reader.line());
    set_csv_row(header, fields, rows);
  } catch (const OpenQuote&) {
    throw;
  } catch (const CsvError& error) {
    rows.begin(error.line);
    rows.refuse_row(error.what());
  }
  rows.end();
  return true;
}

}  // namespace

void read_csv_rows(std::istream& in, const std::string& name, std::size_t limit, PromptRows& rows) {
  CsvReader reader(in);
  try {
    CsvFields header;
    if (!reader.next(header)) return;
    check_header(header, name, reader.line());
    while (rows.size() < limit && read_row(reader, header, rows)) continue;
  } catch (const CsvError& error) {
    const std::string before = rows.problems();
    throw InputError(before + (before.empty() ? "" : "\n") + name + ':' + std::to_string(error.line) + ": " +
                     error.what() + "; reading stops here");
  }
}

}  // namespace hookflow::pipeline
