#include "pipeline/plot/panel.hpp"

#include <algorithm>

#include "pipeline/figures/data/describe_chart.hpp"
#include "pipeline/figures/rows.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

std::size_t index_of_axis(const ChartData& data, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(data.chart.axes, name, &Axis::name) -
                                  data.chart.axes.begin());
}

std::size_t cell_at(const ChartData& data, const std::vector<std::size_t>& steps) {
  std::size_t cell = 0;
  for (std::size_t axis = 0; axis < steps.size(); ++axis) cell = cell * data.steps(axis) + steps[axis];
  return cell;
}

bool is_missing_end(const ChartData& data, const Panel& panel, std::size_t row, std::size_t column) {
  const std::size_t cell = panel.cells[row * panel.columns + column];
  return is_behind_end(data, cell, steps_of(data.chart.axes, cell));
}

/// Without the last rows and columns that the prompt does not have.
Panel up_to_end(const ChartData& data, const Panel& whole) {
  std::size_t rows = 0, columns = 0;
  for (std::size_t row = 0; row < whole.rows; ++row)
    for (std::size_t column = 0; column < whole.columns; ++column) {
      if (is_missing_end(data, whole, row, column)) continue;
      rows = std::max(rows, row + 1);
      columns = std::max(columns, column + 1);
    }
  Panel panel{whole.heading, rows, columns, {}, whole.row_labels, whole.column_labels};
  if (rows == 0) return whole;
  panel.row_labels.resize(rows);
  panel.column_labels.resize(columns);
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < columns; ++column)
      panel.cells.push_back(whole.cells[row * whole.columns + column]);
  return panel;
}

/// The steps of the others stay at `steps`.
Panel panel_at(const ChartData& data, const std::string& row_axis, std::vector<std::size_t> steps) {
  const std::size_t x = index_of_axis(data, data.chart.x);
  const std::size_t y = index_of_axis(data, row_axis);
  const bool has_x = x < steps.size(), has_y = y < steps.size() && y != x;
  Panel panel;
  panel.rows = has_y ? data.steps(y) : 1;
  panel.columns = has_x ? data.steps(x) : 1;
  for (std::size_t row = 0; row < panel.rows; ++row) {
    if (has_y) steps[y] = row;
    panel.row_labels.push_back(has_y ? label_with_text(data, y, steps) : "");
    for (std::size_t column = 0; column < panel.columns; ++column) {
      if (has_x) steps[x] = column;
      if (row == 0) panel.column_labels.push_back(has_x ? label_with_text(data, x, steps) : "");
      panel.cells.push_back(cell_at(data, steps));
    }
  }
  std::ranges::transform(panel.row_labels, panel.row_labels.begin(), one_line);
  std::ranges::transform(panel.column_labels, panel.column_labels.begin(), one_line);
  return up_to_end(data, panel);
}

std::string with_label(const Axis& axis, std::size_t step) {
  const std::string label = one_line(label_of(axis, step));
  return axis.name == kSourceAxis ? label : spaced(axis.name) + " " + label;
}

}  // namespace

std::vector<Panel> panels_of(const ChartData& data) {
  const std::string row_axis = data.chart.y.empty() ? data.chart.colour : data.chart.y;
  std::vector<Axis> facets;
  std::vector<std::size_t> at;
  for (const std::string& name : data.chart.facet) {
    at.push_back(index_of_axis(data, name));
    facets.push_back(data.chart.axes[at.back()]);
  }
  std::vector<Panel> panels;
  for (std::size_t p = 0; p < cell_count(facets); ++p) {
    std::vector<std::size_t> steps(data.chart.axes.size());
    const std::vector<std::size_t> facet_steps = steps_of(facets, p);
    std::string heading;
    for (std::size_t f = 0; f < facets.size(); ++f) {
      steps[at[f]] = facet_steps[f];
      heading += (heading.empty() ? "" : ", ") + with_label(facets[f], facet_steps[f]);
    }
    if (data.value.empty()) continue;
    panels.push_back(panel_at(data, row_axis, steps));
    panels.back().heading = heading;
  }
  return panels;
}

std::string chosen_labels(const ChartData& data) {
  std::string text;
  for (const std::string& name : data.chart.choose)
    text += (text.empty() ? "" : ", ") + with_label(*data.chart.axis(name), 0);
  return text;
}

}  // namespace hookflow::pipeline
