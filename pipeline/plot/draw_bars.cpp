#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/figures/data/describe_chart.hpp"
#include "pipeline/figures/encoding.hpp"
#include "pipeline/plot/draw_text.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kWidestBarLabel = 28;
constexpr std::size_t kNumber = 14;
constexpr std::size_t kMostBarLines = 200;

/// Columns from zero to both sides, in eighths.
struct BarScale {
  double least = 0;  // at most 0
  double most = 0;   // at least 0
  std::size_t columns = 1;

  [[nodiscard]] std::size_t zero() const {
    return most > least
               ? static_cast<std::size_t>(std::lround(-least / (most - least) * static_cast<double>(columns)))
               : 0;
  }
  [[nodiscard]] std::size_t eighths(double value) const {
    if (!(most > least)) return 0;
    return static_cast<std::size_t>(
        std::lround(std::abs(value) / (most - least) * static_cast<double>(columns) * 8));
  }
};

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// There are blocks of eighths from the left alone: to the left of zero a bar has whole and half columns.
std::string bar(double value, const BarScale& scale) {
  constexpr std::array<const char*, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const std::size_t zero = scale.zero();
  const std::size_t eighths = !std::isfinite(value) ? 0 : scale.eighths(value);
  if (value < 0) {
    const std::size_t whole = std::min(eighths / 8, zero);
    const bool half = eighths % 8 >= 4 && whole < zero;
    return std::string(zero - whole - (half ? 1 : 0), ' ') + (half ? "▐" : "") + repeated("█", whole);
  }
  return std::string(zero, ' ') + repeated("█", eighths / 8) + kEighths[eighths % 8];
}

std::string number_text(const ChartData& data, std::size_t cell) {
  std::string text = shown_number(data.value[cell]);
  if (!data.marks.empty() && data.marks.front().significant[cell] == 1) text += " *";
  return text;
}

}  // namespace

std::string draw_bars(const ChartData& data, const Panel& panel, const Window& window, std::size_t columns) {
  const auto [least, most] = extent(data.value);
  const bool several = panel.rows > 1;
  const auto label_of_bar = [&](std::size_t row, std::size_t column) {
    const std::string& along = panel.column_labels[column];
    return several ? along + "  " + panel.row_labels[row] : along;
  };
  std::size_t label = 1;
  for (std::size_t column = 0; column < panel.columns; ++column)
    for (std::size_t row = 0; row < panel.rows; ++row)
      label = std::max(label, columns_of(label_of_bar(row, column)));
  label = std::min({label, kWidestBarLabel, columns * 2 / 5});
  const std::size_t used = label + kNumber + 2;
  const BarScale scale{std::fmin(least, 0), std::fmax(most, 0),
                       std::max<std::size_t>(columns - std::min(columns, used), 8)};
  std::string text;
  if (const std::string& x = data.chart.x; !x.empty() && x != kSourceAxis)
    text += cut_to_columns(spaced(x) + (several ? ", " + spaced(data.chart.colour) : ""), columns) + "\n";
  std::size_t drawn = 0;
  for (std::size_t column = 0; column < panel.columns && drawn < kMostBarLines; ++column)
    for (std::size_t row = 0; row < panel.rows; ++row, ++drawn) {
      const std::size_t cell = panel.cells[row * panel.columns + column];
      text += fit_right(label_of_bar(row, column), label) + fit_right(number_text(data, cell), kNumber);
      if (const std::string drawn_bar = bar(data.value[cell], scale);
          drawn_bar.find_first_not_of(' ') != std::string::npos)
        text += " " + window.tinted(drawn_bar, series_colour(several ? row : 0));
      text += "\n";
    }
  if (const std::size_t all = panel.columns * panel.rows; all > drawn)
    text += "… and " + counted(all - drawn, "more bar") + "\n";
  return text;
}

std::string bar_scale(const ChartData& data, std::size_t columns) {
  const auto [least, most] = extent(data.value);
  return said_of(value_title(data),
                 std::isnan(least) ? "no value" : "from " + shown_number(least) + " to " + shown_number(most),
                 columns);
}

}  // namespace hookflow::pipeline
