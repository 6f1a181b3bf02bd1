#pragma once
#include <cstddef>
#include <istream>
#include <stdexcept>
#include <string>
#include <vector>

namespace hookflow::pipeline {

/// CSV that breaks RFC 4180's quoting: nothing behind it can be read with certainty.
struct CsvError : std::runtime_error {
  CsvError(std::size_t at_line, const std::string& problem) : std::runtime_error(problem), line(at_line) {}
  std::size_t line;
};

/// Reads CSV as RFC 4180 has it, a record at a time: fields between commas, in double quotes where they hold
/// commas, quotes (doubled) or line ends, which are kept as they are. Records end with CRLF or LF. Blank
/// lines are skipped. No space is trimmed: ` Germany` keeps its space.
class CsvReader {
 public:
  explicit CsvReader(std::istream& in) : in_(in) {}

  /// Reads the next record; false: there is none. Throws CsvError.
  bool next(std::vector<std::string>& fields);
  /// The line that the record starts on, from 1.
  [[nodiscard]] std::size_t line() const { return start_; }

 private:
  bool read_line();
  std::string plain_field();
  std::string quoted_field();

  std::istream& in_;
  std::string text_;      // a line without its end
  const char* end_ = "";  // its end
  std::size_t at_ = 0;    // in text_
  std::size_t line_ = 0;
  std::size_t start_ = 0;
};

}  // namespace hookflow::pipeline
