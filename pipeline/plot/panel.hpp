#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/figures/data/chart_data.hpp"

namespace hookflow::pipeline {

/// One of a chart's small figures: a table of cells, of the first label of each axis that the reader chooses.
struct Panel {
  std::string heading;  // which one: "replacement zero, seed 1"; empty: the only one
  std::size_t rows = 1;
  std::size_t columns = 1;
  std::vector<std::size_t> cells;          // [row][column]: where its numbers are in the chart's
  std::vector<std::string> row_labels;     // y, or the colours
  std::vector<std::string> column_labels;  // x

  [[nodiscard]] double value(const ChartData& data, std::size_t row, std::size_t column) const {
    return data.value[cells[row * columns + column]];
  }
};

std::vector<Panel> panels_of(const ChartData& data);
/// What is chosen in all panels: "layer 0"; empty: nothing.
std::string chosen_labels(const ChartData& data);

}  // namespace hookflow::pipeline
