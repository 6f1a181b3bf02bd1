#pragma once
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/charts/choose_chart.hpp"
#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

/// The texts that stand at the steps of an axis; of prompts, those of each prompt that is drawn.
struct AxisTexts {
  std::string axis;
  std::string by;                  // the axis along which they differ; empty: none
  std::vector<std::string> texts;  // [by][axis]
  bool of_prompts = false;         // whose ends may come before that of the axis
};

/// One of the corrections of a test, and 1 where it finds a cell significant.
struct Marks {
  std::string correction;  // empty: the tests have none
  std::vector<double> significant;
};

/// A line across the figure.
struct DrawnReference {
  double at = 0;
  std::string label;
};

/// A chart with its numbers, row-major along its axes; NaN where there is none. Lists of numbers are empty
/// where the file has none of the kind.
struct ChartData {
  Chart chart;  // its axes as they are drawn: fewer labels where cells were too many
  std::vector<double> value;
  std::vector<double> other;         // of a scatter: the second of each pair
  std::vector<double> lower, upper;  // of a band:
  bool range = false;         // the smallest and largest of what was summed up, or a confidence interval
  std::vector<double> clean;  // what the value was before it changed
  std::vector<double> p_value;
  std::vector<Marks> marks;                // the strictest first
  std::vector<std::vector<double>> edges;  // of each source's bins
  std::vector<AxisTexts> texts;
  std::vector<DrawnReference> references;
  // The smallest and largest of all figures that this one is compared with; NaN: of none.
  std::pair<double, double> beside = {std::nan(""), std::nan("")};
  std::string empty;  // what is said instead of drawing, as there is no value; nothing where there is one
  std::string title;
  std::string note;
  std::string text_note;  // the same of a picture in characters, which shows less

  [[nodiscard]] std::size_t steps(std::size_t axis) const { return chart.axes[axis].size(); }
  [[nodiscard]] const Variable& variable() const { return chart.sources.front().variable; }
};

inline constexpr std::size_t kMostCells = 65'536;  // that a figure shows one by one

/// Reads what a request asks for. Throws UsageError, a line a problem, where that cannot be.
ChartData read_chart(const RunFile& run, const RunFileView& view, const FigureRequest& request);

}  // namespace hookflow::pipeline
