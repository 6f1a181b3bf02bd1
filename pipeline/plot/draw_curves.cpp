#include <algorithm>
#include <cmath>

#include "pipeline/figures/data/describe_chart.hpp"
#include "pipeline/figures/encoding.hpp"
#include "pipeline/figures/rows.hpp"
#include "pipeline/plot/canvas.hpp"
#include "pipeline/plot/draw_text.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kRows = 12;
constexpr std::size_t kScale = 12;  // columns of the numbers at the left

/// The canvas between its numbers, those of x below.
std::string framed(const Canvas& canvas, const Window& window, Canvas::Range y, std::string below) {
  const std::vector<std::string> rows = canvas.rows(window);
  std::string text;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string number = row == 0                 ? shown_number(y.most)
                               : row + 1 == rows.size() ? shown_number(y.least)
                                                        : "";
    text += fit_right(number, kScale) + " │" + rows[row] + "\n";
  }
  return text + std::string(kScale + 2, ' ') + std::move(below) + "\n";
}

std::string ends(const std::string& first, const std::string& last, std::size_t columns) {
  const std::size_t half = columns / 2;
  const std::string left = cut_to_columns(first, half - 1);
  return left + fit_right(last, columns - columns_of(left));
}

/// The place of a step along x: its label where it is a number, the bin's middle, else its index.
double place_along_x(const ChartData& data, const Panel& panel, std::size_t column, std::size_t cell) {
  const Axis* x = data.chart.axis(data.chart.x);
  if (!data.edges.empty()) {
    const auto& edges = data.edges[cell / (data.value.size() / data.edges.size())];
    if (column + 1 < edges.size()) return (edges[column] + edges[column + 1]) / 2;
  }
  if (x != nullptr && is_continuous(*x) && panel.columns > 1)
    return std::get<std::vector<double>>(x->coordinates.labels())[column];
  return static_cast<double>(column);
}

Canvas::Range range_of(const std::vector<double>& numbers) {
  const auto [least, most] = extent(numbers);
  return std::isnan(least) ? Canvas::Range{0, 1} : Canvas::Range{least, most};
}

/// A line each, where one is too short.
std::string legend(const std::vector<std::string>& labels, const Window& window, std::size_t columns) {
  const std::size_t room = columns / std::max<std::size_t>(labels.size(), 1);
  const bool one_row =
      std::ranges::all_of(labels, [&](const std::string& label) { return columns_of(label) + 6 <= room; });
  std::string text;
  for (std::size_t series = 0; series < labels.size(); ++series)
    text += window.tinted("━━ " + cut_to_columns(labels[series], columns - 3), series_colour(series)) +
            (one_row && series + 1 < labels.size() ? "   " : "\n");
  return text;
}

/// One series or, where colours tell them apart, all of them.
std::string draw_series(const ChartData& data, const Panel& panel, const std::vector<std::size_t>& series,
                        const Window& window, std::size_t columns) {
  std::vector<double> all = data.value;
  for (const std::vector<double>* limits : {&data.lower, &data.upper})
    all.insert(all.end(), limits->begin(), limits->end());
  const Canvas::Range y = range_of(all);
  std::vector<double> places;
  for (const std::size_t row : series)
    for (std::size_t column = 0; column < panel.columns; ++column)
      places.push_back(place_along_x(data, panel, column, panel.cells[row * panel.columns + column]));
  const Canvas::Range x = range_of(places);
  const std::size_t wide = std::max<std::size_t>(columns - std::min(columns, kScale + 2), 16);
  Canvas canvas(wide, kRows, x, y);
  for (std::size_t s = 0; s < series.size(); ++s)
    for (std::size_t column = 0; column < panel.columns; ++column) {
      const double here = panel.value(data, series[s], column);
      const double at = places[s * panel.columns + column];
      const std::size_t cell = panel.cells[series[s] * panel.columns + column];
      canvas.dot(at, here, series[s]);
      if (!data.lower.empty()) canvas.dot(at, data.lower[cell], series[s]);
      if (!data.upper.empty()) canvas.dot(at, data.upper[cell], series[s]);
      if (column > 0)
        canvas.line(places[s * panel.columns + column - 1], panel.value(data, series[s], column - 1), at,
                    here, series[s]);
    }
  const bool numbers = !data.edges.empty() || is_continuous(*data.chart.axis(data.chart.x));
  return framed(canvas, window, y,
                numbers ? ends(shown_number(x.least), shown_number(x.most), wide)
                        : ends(panel.column_labels.front(), panel.column_labels.back(), wide));
}

/// The steps along x that are significant.
std::string significant_steps(const ChartData& data, const Panel& panel, std::size_t columns) {
  if (data.marks.empty()) return "";
  std::string steps;
  for (std::size_t column = 0; column < panel.columns; ++column)
    for (std::size_t row = 0; row < panel.rows; ++row)
      if (data.marks.front().significant[panel.cells[row * panel.columns + column]] == 1)
        steps += (steps.empty() ? "" : ", ") + panel.column_labels[column];
  return cut_to_columns("significant at: " + (steps.empty() ? "none" : steps), columns) + "\n";
}

}  // namespace

std::string draw_curves(const ChartData& data, const Panel& panel, const Window& window,
                        std::size_t columns) {
  if (data.chart.axis(data.chart.x) == nullptr)
    return draw_bars(data, panel, window, columns) + bar_scale(data, columns);
  std::string text;
  std::vector<std::size_t> all(panel.rows);
  for (std::size_t row = 0; row < panel.rows; ++row) all[row] = row;
  if (window.colours || panel.rows == 1) {
    if (panel.rows > 1) text += legend(panel.row_labels, window, columns);
    text += draw_series(data, panel, all, window, columns);
  } else {
    for (const std::size_t row : all)
      text += cut_to_columns(panel.row_labels[row], columns) + "\n" +
              draw_series(data, panel, {row}, window, columns);
  }
  text += significant_steps(data, panel, columns);
  const auto [least, most] = extent(data.value);
  const bool bins = data.chart.kind == ChartKind::histogram || data.chart.kind == ChartKind::density;
  return text +
         cut_to_columns((bins ? "value" : spaced(data.chart.x)) + " across, " + value_title(data) + " up" +
                            (std::isnan(least) ? ": no value" : ""),
                        columns) +
         "\n";
}

std::string draw_points(const ChartData& data, const Window& window, std::size_t columns) {
  const Canvas::Range x = range_of(data.value), y = range_of(data.other);
  const std::size_t wide = std::max<std::size_t>(columns - std::min(columns, kScale + 2), 16);
  Canvas canvas(wide, kRows + kRows / 2, x, y);
  const Axis* colour = data.chart.axis(data.chart.colour);
  std::vector<std::string> labels;
  for (std::size_t step = 0; colour != nullptr && step < colour->size(); ++step)
    labels.push_back(one_line(label_of(*colour, step)));
  const auto at = static_cast<std::size_t>(
      std::ranges::find(data.chart.axes, data.chart.colour, &Axis::name) - data.chart.axes.begin());
  for (std::size_t cell = 0; cell < data.value.size(); ++cell)
    canvas.dot(data.value[cell], data.other[cell],
               colour == nullptr ? 0 : steps_of(data.chart.axes, cell)[at]);
  return (labels.empty() ? "" : legend(labels, window, columns)) +
         framed(canvas, window, y, ends(shown_number(x.least), shown_number(x.most), wide)) +
         cut_to_columns(
             one_line(data.chart.sources[0].label + " across, " + data.chart.sources[1].label + " up"),
             columns) +
         "\n";
}

}  // namespace hookflow::pipeline
