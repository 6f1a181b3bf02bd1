#pragma once
#include <cstddef>
#include <istream>
#include <string>

namespace hookflow::pipeline {

/// Reads text a line at a time, whether its lines end with LF, CRLF or CR alone, each as it likes. A byte
/// order mark before the first is left out.
class LineReader {
 public:
  explicit LineReader(std::istream& in) : in_(in) {}

  /// Reads the next line, without its end. Returns false where there is none.
  bool next(std::string& line);
  [[nodiscard]] std::size_t number() const { return number_; }      // of that line, from 1
  [[nodiscard]] const std::string& ending() const { return end_; }  // of that line; empty: the text's own

 private:
  bool refill();

  std::istream& in_;
  std::string text_;    // up to a line feed, and with it
  std::size_t at_ = 0;  // in text_
  std::string end_;
  std::size_t number_ = 0;
};

}  // namespace hookflow::pipeline
