#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/terminal/window.hpp"

namespace hookflow::pipeline {

/// Dots in braille characters, two by four each, on a scale from the least to the most along both sides.
class Canvas {
 public:
  struct Range {
    double least = 0;
    double most = 1;
    /// From 0 to 1; 1/2 where the range is a single number.
    [[nodiscard]] double share(double value) const {
      return most > least ? (value - least) / (most - least) : 0.5;
    }
  };

  Canvas(std::size_t columns, std::size_t rows, Range x, Range y);
  void dot(double x, double y, std::size_t series);
  void line(double from_x, double from_y, double to_x, double to_y, std::size_t series);
  /// Rows from the top, each in the colour of the series that was drawn last there.
  [[nodiscard]] std::vector<std::string> rows(const Window& window) const;

 private:
  void set(std::size_t column, std::size_t row, std::size_t series);  // in dots, from the top
  [[nodiscard]] double across(double x) const;
  [[nodiscard]] double down(double y) const;

  std::size_t columns_;
  std::size_t rows_;
  Range x_;
  Range y_;
  std::vector<unsigned> dots_;
  std::vector<std::size_t> series_;
};

}  // namespace hookflow::pipeline
