#pragma once
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/figures/data/chart_data.hpp"

/// Charts of made-up numbers.
namespace hookflow::pipeline::sample {

inline Axis labels(const std::string& name, std::vector<std::string> texts) {
  return {name, std::move(texts), "", ""};
}

inline ChartData chart(ChartKind kind, std::vector<Axis> axes, std::vector<double> values) {
  ChartData data;
  data.chart.kind = kind;
  data.chart.axes = axes;
  data.chart.sources = {{"s", {"v", Dtype::float64, axes, "nat", "a number"}, {}, "v"}};
  data.value = std::move(values);
  data.title = "A number";
  data.note = data.text_note = "By layer.";
  return data;
}

/// A row and a column of three and four steps.
inline ChartData map(std::vector<double> values) {
  ChartData data = chart(ChartKind::heatmap, {numbered_axis("layer", 3, ""), numbered_axis("head", 4, "")},
                         std::move(values));
  data.chart.x = "head";
  data.chart.y = "layer";
  return data;
}

/// Three bars, lines or the like in two colours.
inline ChartData series(ChartKind kind, std::vector<double> values) {
  ChartData data = chart(kind, {labels("word", {"a", "b"}), numbered_axis("head", 3, "")}, std::move(values));
  data.chart.x = "head";
  data.chart.colour = "word";
  if (kind == ChartKind::histogram) data.edges = {{0, 1, 2, 4}};
  if (kind == ChartKind::scatter) {
    data.chart.x.clear();
    data.chart.sources.push_back(data.chart.sources[0]);
    data.chart.sources[1].label = "w";
    data.other = data.value;
  }
  return data;
}

inline constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// Of six cells: usual, constant, zero, none, few, infinite, very large and very small.
inline std::vector<std::pair<std::string, std::vector<double>>> bad_values() {
  return {{"usual", {1, -2, 3, 4, 5, 6}},
          {"constant", {2, 2, 2, 2, 2, 2}},
          {"zero", {0, 0, 0, 0, 0, 0}},
          {"none", {kNone, kNone, kNone, kNone, kNone, kNone}},
          {"few", {kNone, 1, kNone, kNone, kNone, -1}},
          {"infinite", {kInfinite, 1, -kInfinite, 2, 3, 4}},
          {"large", {1e300, -1e300, 1e-300, 1, 2, 3}}};
}

}  // namespace hookflow::pipeline::sample
