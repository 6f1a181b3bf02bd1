#include <algorithm>
#include <cmath>

#include "pipeline/figures/data/describe_chart.hpp"
#include "pipeline/figures/marks.hpp"

namespace hookflow::pipeline {
namespace {

/// Around zero on both sides alike where that means no change; else from the smallest to the largest.
VegaJson colour_scale(const ChartData& data) {
  auto [least, most] = extent(data.value);
  least = std::fmin(least, data.beside.first);
  most = std::fmax(most, data.beside.second);
  if (data.variable().zero_is_neutral) {
    double reach = std::fmax(std::abs(least), std::abs(most));
    if (!(reach > 0)) reach = 1;
    return {{"scheme", "blueorange"}, {"domain", {-reach, reach}}, {"domainMid", 0}};
  }
  if (std::isnan(least)) least = most = 0;
  if (least == most) {
    const double room = least == 0 ? 1 : std::abs(least) / 2;
    least -= room;
    most += room;
  }
  return {{"scheme", "viridis"}, {"domain", {least, most}}};
}

}  // namespace

VegaJson map_marks(const ChartData& data, const RowFields& fields) {
  const Chart& chart = data.chart;
  const VegaJson position = {{"x", steps_channel(data, fields, chart.x)},
                             {"y", steps_channel(data, fields, chart.y)}};
  VegaJson colour = {{"field", field_of(fields.value)},
                     {"type", "quantitative"},
                     {"title", value_title(data)},
                     {"scale", colour_scale(data)},
                     {"legend", {{"titleLimit", 280}}}};
  VegaJson cells = position;
  cells["color"] = std::move(colour);
  cells["tooltip"] = tooltip(data, fields);
  VegaJson layers = {{{"mark", {{"type", "rect"}, {"invalid", "filter"}}}, {"encoding", std::move(cells)}}};
  if (!data.marks.empty()) layers.push_back(mark_layer(data, fields, position));
  const double panel = panel_size(data);
  return {{"layer", std::move(layers)},
          {"width", step_size(chart.axis(chart.x)->size(), panel)},
          {"height", step_size(chart.axis(chart.y)->size(), panel)}};
}

}  // namespace hookflow::pipeline
