#pragma once
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "pipeline/figures/data/chart_data.hpp"

namespace hookflow::pipeline {

using VegaJson = nlohmann::json;

/// What the columns of a figure's rows are called; each name once, empty where there is none.
struct RowFields {
  explicit RowFields(const ChartData& data);

  std::vector<std::string> axes;   // labels of the chart's axes
  std::vector<std::string> drawn;  // the same with the texts that stand there: "3  the"
  std::vector<std::string>
      order;  // by which what is drawn is sorted; empty: as it comes, which is the file's
  std::vector<std::string> marks;  // 1 where significant, by correction
  std::string value, other, lower, upper, clean, p_value;
  std::string first_edge, last_edge;  // of the bin

  /// By which an axis is drawn.
  [[nodiscard]] const std::string& of(const ChartData& data, const std::string& axis) const;
  [[nodiscard]] const std::string& label(const ChartData& data, const std::string& axis) const;
  [[nodiscard]] const std::string& order_of(const ChartData& data, const std::string& axis) const;
};

/// Whether a cell has no value as its prompt has nothing there, which is behind its end.
bool is_behind_end(const ChartData& data, std::size_t cell, const std::vector<std::size_t>& steps);
/// A row a cell, but for those behind a prompt's end. What is missing or infinite is null.
VegaJson rows_of(const ChartData& data, const RowFields& fields);
/// The label of a step, as a number where it is one.
VegaJson json_label(const Axis& axis, std::size_t step);
/// The label of a step with the text that stands there, if one does; `steps`: of all axes.
std::string label_with_text(const ChartData& data, std::size_t axis, const std::vector<std::size_t>& steps);
/// Of a cell, its step along each axis.
std::vector<std::size_t> steps_of(const std::vector<Axis>& axes, std::size_t cell);

}  // namespace hookflow::pipeline
