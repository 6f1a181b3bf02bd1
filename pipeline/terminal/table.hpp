#pragma once
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/terminal/window.hpp"

namespace hookflow::pipeline {

/// Text in aligned columns: numbers to the right, words to the left, each row on one line.
class Table {
 public:
  using Row = std::vector<std::string>;

  explicit Table(Row header) : header_(std::move(header)) {}
  /// Of rows that are made when they are looked at, so that many are never all in memory.
  Table(Row header, std::size_t rows, std::function<Row(std::size_t row)> make)
      : header_(std::move(header)), rows_(rows), make_(std::move(make)) {}
  void add(Row row);

  /// That it needs to be shown whole.
  [[nodiscard]] std::size_t columns() const;
  /// In a window that is too narrow words are cut, those of the last columns first, and then the last columns
  /// left out, which is said below.
  void print(std::ostream& out, const Window& window) const;

 private:
  struct Shape {
    std::vector<std::size_t> widths;
    std::vector<bool> numeric;
  };
  /// Of all rows.
  [[nodiscard]] Shape shape() const;
  [[nodiscard]] Row row(std::size_t index) const;

  Row header_;
  std::vector<Row> added_;
  std::size_t rows_ = 0;
  std::function<Row(std::size_t row)> make_;  // none: those that were added
};

}  // namespace hookflow::pipeline
