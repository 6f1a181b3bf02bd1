#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "pipeline/figures/data/describe_chart.hpp"
#include "pipeline/figures/encoding.hpp"
#include "pipeline/plot/draw_text.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kMostRows = 48;
constexpr std::size_t kWidestRowLabel = 20;

/// From a number to what shows it.
class Shades {
 public:
  Shades(const ChartData& data, const Window& window)
      : window_(window), diverging_(data.variable().zero_is_neutral) {
    std::tie(least_, most_) = extent(data.value);
    if (!diverging_) return;
    most_ = std::fmax(std::abs(least_), std::abs(most_));
    least_ = -most_;
  }

  /// Two columns.
  [[nodiscard]] std::string cell(double value) const {
    if (std::isnan(value)) return " ·";
    const double share = most_ > least_ ? std::clamp((value - least_) / (most_ - least_), 0.0, 1.0) : 0.5;
    if (window_.colours) return window_.filled("  ", colour(share));
    constexpr std::array<const char*, 5> kShades = {" ", "░", "▒", "▓", "█"};
    if (!diverging_) {
      const std::string shade = kShades[static_cast<std::size_t>(std::lround(share * 4))];
      return shade + shade;
    }
    const double size = std::abs(2 * share - 1);
    const auto step = static_cast<std::size_t>(std::lround(size * 4));
    return (share < 0.5 ? "-" : share > 0.5 ? "+" : " ") + std::string(kShades[step]);
  }

  /// The numbers at the ends, and what lies between.
  [[nodiscard]] std::string scale() const {
    if (std::isnan(least_)) return "no value";
    if (least_ == most_) return "all " + shown_number(least_);
    std::string bar;
    constexpr std::size_t kSteps = 9;
    for (std::size_t step = 0; step < kSteps; ++step)
      bar += cell(least_ + (most_ - least_) * static_cast<double>(step) / (kSteps - 1));
    return shown_number(least_) + " " + bar + " " + shown_number(most_);
  }

 private:
  struct Rgb {
    double r, g, b;  // up to 5
  };

  [[nodiscard]] int colour(double share) const {
    static constexpr std::array<Rgb, 5> kViridis = {
        {{1.3, 0, 1.7}, {1.1, 1.6, 2.7}, {0.6, 2.9, 2.8}, {1.8, 3.9, 1.9}, {5, 4.5, 0.7}}};
    static constexpr std::array<Rgb, 5> kBlueOrange = {
        {{0, 1.2, 3.5}, {2, 3.4, 4.6}, {4.7, 4.7, 4.7}, {5, 3.2, 1.4}, {3.6, 1.4, 0}}};
    const auto& colours = diverging_ ? kBlueOrange : kViridis;
    const double at = share * 4;
    const auto first = std::min<std::size_t>(static_cast<std::size_t>(at), 3);
    const double rest = at - static_cast<double>(first);
    const auto mix = [&](double Rgb::*part) {
      return static_cast<int>(
          std::lround(colours[first].*part * (1 - rest) + colours[first + 1].*part * rest));
    };
    return 16 + 36 * mix(&Rgb::r) + 6 * mix(&Rgb::g) + mix(&Rgb::b);
  }

  const Window& window_;
  bool diverging_;
  double least_ = 0;
  double most_ = 0;
};

/// So many rows and columns are drawn as one cell, their mean.
struct Blocks {
  std::size_t rows = 1;
  std::size_t columns = 1;
};

/// A star behind a cell of its own that is significant.
std::string mark_of(const ChartData& data, std::size_t cell, const Blocks& by) {
  if (data.marks.empty()) return "";
  return by.rows * by.columns == 1 && data.marks.front().significant[cell] == 1 ? "*" : " ";
}

double mean_of(const ChartData& data, const Panel& panel, std::size_t row, std::size_t column,
               const Blocks& by) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t r = row; r < std::min(row + by.rows, panel.rows); ++r)
    for (std::size_t c = column; c < std::min(column + by.columns, panel.columns); ++c)
      if (const double value = panel.value(data, r, c); !std::isnan(value)) {
        sum += value;
        ++count;
      }
  return count == 0 ? std::nan("") : sum / static_cast<double>(count);
}

/// Labels below the columns, as many as find room, each from its column on.
std::string labels_below(const Panel& panel, std::size_t by, std::size_t wide, std::size_t columns) {
  std::string line;
  for (std::size_t column = 0; column < panel.columns; column += by) {
    const std::size_t at = column / by * wide;
    const std::size_t used = columns_of(line);
    const std::string label = cut_to_columns(panel.column_labels[column], kWidestRowLabel / 2);
    const std::size_t needed = at + columns_of(label);
    if ((used > 0 && at < used + 1) || needed > columns) continue;
    line += std::string(at - used, ' ') + label;
  }
  return line;
}

}  // namespace

std::string draw_map(const ChartData& data, const Panel& panel, const Window& window, std::size_t columns) {
  std::size_t label = columns_of(spaced(data.chart.y));
  for (const std::string& text : panel.row_labels) label = std::max(label, columns_of(text));
  label = std::min(label, kWidestRowLabel);
  const std::size_t wide = data.marks.empty() ? 2 : 3;  // of a cell
  const std::size_t room = std::max<std::size_t>((columns - std::min(columns, label + 2)) / wide, 4);
  const Blocks by = {(panel.rows + kMostRows - 1) / kMostRows, (panel.columns + room - 1) / room};
  const Shades shades(data, window);
  std::string text;
  for (std::size_t row = 0; row < panel.rows; row += by.rows) {
    text += fit_right(panel.row_labels[row], label) + " ";
    for (std::size_t column = 0; column < panel.columns; column += by.columns)
      text += shades.cell(mean_of(data, panel, row, column, by)) +
              mark_of(data, panel.cells[row * panel.columns + column], by);
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  text += std::string(label + 1, ' ') + labels_below(panel, by.columns, wide, room * wide) + "\n";
  if (by.rows > 1 || by.columns > 1)
    text += "each cell is the mean of " + std::to_string(by.rows) + " × " + std::to_string(by.columns) + "\n";
  return text;
}

std::string map_scale(const ChartData& data, const Window& window, std::size_t columns) {
  const std::string sides = spaced(data.chart.y) + " down, " + spaced(data.chart.x) + " across";
  return cut_to_columns(sides, columns) + "\n" +
         said_of(value_title(data), Shades(data, window).scale(), columns);
}

}  // namespace hookflow::pipeline
