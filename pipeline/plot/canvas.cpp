#include "pipeline/plot/canvas.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/plot/draw_text.hpp"

namespace hookflow::pipeline {
namespace {

/// U+2800 and the dots that are set, in UTF-8.
std::string braille(unsigned dots) {
  const unsigned code = 0x2800 + dots;
  return {static_cast<char>(0xE0U | code >> 12U), static_cast<char>(0x80U | (code >> 6U & 0x3FU)),
          static_cast<char>(0x80U | (code & 0x3FU))};
}

}  // namespace

Canvas::Canvas(std::size_t columns, std::size_t rows, Range x, Range y)
    : columns_(columns), rows_(rows), x_(x), y_(y), dots_(columns * rows), series_(columns * rows) {}

double Canvas::across(double x) const { return x_.share(x) * static_cast<double>(columns_ * 2 - 1); }
double Canvas::down(double y) const { return (1 - y_.share(y)) * static_cast<double>(rows_ * 4 - 1); }

void Canvas::set(std::size_t column, std::size_t row, std::size_t series) {
  // https://www.unicode.org/charts/PDF/U2800.pdf
  constexpr std::array<std::array<unsigned, 2>, 4> kDots = {
      {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
  const std::size_t at = std::min(row / 4, rows_ - 1) * columns_ + std::min(column / 2, columns_ - 1);
  dots_[at] |= kDots[row % 4][column % 2];
  series_[at] = series;
}

void Canvas::dot(double x, double y, std::size_t series) {
  if (!std::isfinite(x) || !std::isfinite(y)) return;
  set(static_cast<std::size_t>(std::lround(across(x))), static_cast<std::size_t>(std::lround(down(y))),
      series);
}

void Canvas::line(double from_x, double from_y, double to_x, double to_y, std::size_t series) {
  if (!std::isfinite(from_y) || !std::isfinite(to_y)) return;
  const double wide = across(to_x) - across(from_x);
  const double high = down(to_y) - down(from_y);
  const auto steps = static_cast<std::size_t>(std::ceil(std::fmax(std::abs(wide), std::abs(high)))) + 1;
  for (std::size_t step = 0; step <= steps; ++step) {
    const double share = static_cast<double>(step) / static_cast<double>(steps);
    set(static_cast<std::size_t>(std::lround(across(from_x) + share * wide)),
        static_cast<std::size_t>(std::lround(down(from_y) + share * high)), series);
  }
}

std::vector<std::string> Canvas::rows(const Window& window) const {
  std::vector<std::string> rows;
  for (std::size_t row = 0; row < rows_; ++row) {
    std::string& text = rows.emplace_back();
    for (std::size_t column = 0; column < columns_; ++column) {
      const std::size_t at = row * columns_ + column;
      text += dots_[at] == 0 ? " " : window.tinted(braille(dots_[at]), series_colour(series_[at]));
    }
    text.erase(text.find_last_not_of(' ') + 1);
  }
  return rows;
}

}  // namespace hookflow::pipeline
