#pragma once
#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "pipeline/terminal/window.hpp"

namespace hookflow::pipeline {

/// Text in aligned columns: numbers to the right, words to the left, each row on one line.
class Table {
 public:
  explicit Table(std::vector<std::string> header);
  void add(const std::vector<std::string>& row);
  /// That it needs to be shown whole.
  [[nodiscard]] std::size_t columns() const;
  /// In a window that is too narrow words are cut, those of the last columns first, and then the last columns
  /// left out, which is said below.
  void print(std::ostream& out, const Window& window) const;

 private:
  [[nodiscard]] std::vector<bool> numeric_columns() const;
  /// Of the columns that a window shows.
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t window, const std::vector<bool>& numeric) const;

  std::vector<std::vector<std::string>> rows_;  // the first: the header
};

}  // namespace hookflow::pipeline
