#include <algorithm>
#include <cmath>

#include "pipeline/figures/data/describe_chart.hpp"
#include "pipeline/figures/marks.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kMostApart = 100;  // that do not merge into a block

/// Whether what is before the change is the same along x: then one line says it.
bool clean_is_constant(const ChartData& data) {
  const auto x = std::ranges::find(data.chart.axes, data.chart.x, &Axis::name);
  if (x == data.chart.axes.end()) return true;
  std::size_t inner = 1;
  for (auto axis = x + 1; axis != data.chart.axes.end(); ++axis) inner *= axis->size();
  const std::size_t size = x->size();
  for (std::size_t cell = 0; cell < data.clean.size(); ++cell) {
    const double first = data.clean[cell - cell / inner % size * inner];
    const double here = data.clean[cell];
    if (std::isnan(here) || std::isnan(first)) continue;
    if (std::abs(here - first) > 1e-9 * std::fmax(std::abs(here), std::abs(first))) return false;
  }
  return true;
}

VegaJson clean_layer(const ChartData& data, const RowFields& fields, const VegaJson& position) {
  VegaJson encoding = {{"y", value_channel(data, fields.clean, true)}, {"tooltip", tooltip(data, fields)}};
  VegaJson mark = {{"strokeDash", {4, 3}}, {"color", "#888888"}};
  if (position.contains("color")) encoding["color"] = position["color"];
  if (clean_is_constant(data)) {
    mark["type"] = "rule";
    encoding["y"]["aggregate"] = "mean";
    encoding.erase("tooltip");
  } else {
    mark["type"] = "tick";
    mark["thickness"] = 2;
    for (const char* channel : {"x", "xOffset"})
      if (position.contains(channel)) encoding[channel] = position[channel];
  }
  return {{"mark", std::move(mark)}, {"encoding", std::move(encoding)}};
}

}  // namespace

/// Where there are too many to be bars: a point each, and no labels but those of the tooltip.
VegaJson bar_marks(const ChartData& data, const RowFields& fields) {
  const Chart& chart = data.chart;
  const Axis* x = chart.axis(chart.x);
  const Axis* colour = chart.colour == chart.x ? nullptr : chart.axis(chart.colour);
  const std::size_t steps = x == nullptr ? 1 : x->size();
  const std::size_t bars_of_step = colour == nullptr ? 1 : colour->size();
  const bool crowded = steps * bars_of_step > kMostApart;
  VegaJson position = VegaJson::object();
  if (x != nullptr) position["x"] = steps_channel(data, fields, chart.x);
  if (crowded) position["x"]["axis"] = {{"labels", false}, {"ticks", false}};
  if (colour != nullptr) position["color"] = colour_channel(data, fields, chart.colour);
  if (colour != nullptr && !crowded)
    position["xOffset"] = {{"field", field_of(fields.of(data, chart.colour))}, {"sort", nullptr}};
  VegaJson bars = position;
  bars["y"] = value_channel(data, fields.value, true);
  bars["tooltip"] = tooltip(data, fields);
  const VegaJson points = {{"type", "point"}, {"filled", true}, {"size", 18}, {"opacity", 0.8}};
  VegaJson layers = {{{"mark", crowded ? points : VegaJson{{"type", "bar"}}}, {"encoding", bars}}};
  if (!fields.lower.empty() && !fields.upper.empty()) {
    VegaJson limits = position;
    limits["y"] = value_channel(data, fields.lower, true);
    limits["y2"] = {{"field", field_of(fields.upper)}};
    VegaJson rule = {{"type", "rule"}, {"strokeWidth", 1.5}};
    if (crowded) {  // they stand over each other: below the points, each in its own colour
      rule["opacity"] = 0.3;
      VegaJson below = {{"mark", std::move(rule)}, {"encoding", std::move(limits)}};
      layers.insert(layers.begin(), std::move(below));
    } else {
      rule["color"] = "#888888";
      limits.erase("color");
      layers.push_back({{"mark", std::move(rule)}, {"encoding", std::move(limits)}});
    }
  }
  if (!fields.clean.empty()) layers.push_back(clean_layer(data, fields, position));
  if (!data.marks.empty()) {
    VegaJson dots = bars;
    dots.erase("color");
    layers.push_back(mark_layer(data, fields, dots));
  }
  for (VegaJson& line : reference_layers(data)) layers.push_back(std::move(line));
  VegaJson width = step_size(steps * (crowded ? 1 : bars_of_step), panel_size(data));
  if (colour != nullptr && !crowded) width["for"] = "position";
  return {{"layer", std::move(layers)}, {"width", std::move(width)}, {"height", kPanelHeight}};
}

}  // namespace hookflow::pipeline
