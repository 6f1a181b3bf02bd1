#include <cmath>

#include "pipeline/figures/data/describe_chart.hpp"
#include "pipeline/figures/marks.hpp"

/// Lines, histograms and densities: numbers along x, laid over each other by colour.
namespace hookflow::pipeline {
namespace {

constexpr std::size_t kMostPoints = 60;  // that are drawn on a line

VegaJson panel(const ChartData& data, VegaJson layers) {
  for (VegaJson& line : reference_layers(data)) layers.push_back(std::move(line));
  return {{"layer", std::move(layers)}, {"width", panel_size(data)}, {"height", kPanelHeight}};
}

void add_colour(const ChartData& data, const RowFields& fields, VegaJson& encoding) {
  if (data.chart.axis(data.chart.colour) == nullptr) return;
  encoding["color"] = colour_channel(data, fields, data.chart.colour);
}

/// Many steps make an axis of numbers; those with texts stand apart.
VegaJson along_x(const ChartData& data, const RowFields& fields) {
  const Axis& x = *data.chart.axis(data.chart.x);
  const bool apart = x.size() <= kMostPoints || has_text_labels(x);
  if (apart && !is_continuous(x)) return steps_channel(data, fields, data.chart.x);
  VegaJson channel = numbers_channel(fields.label(data, data.chart.x), axis_title(x));
  std::vector<double> labels;
  for (std::size_t step = 0; step < x.size(); ++step) labels.push_back(json_label(x, step).get<double>());
  channel["scale"] = scale_of(extent(labels), false);
  channel["scale"]["nice"] = false;
  return channel;
}

}  // namespace

VegaJson line_marks(const ChartData& data, const RowFields& fields) {
  VegaJson position = VegaJson::object();
  const bool has_x = data.chart.axis(data.chart.x) != nullptr;
  if (has_x) position["x"] = along_x(data, fields);
  add_colour(data, fields, position);
  const auto numbers = [&](const std::string& field) { return value_channel(data, field, false); };
  VegaJson layers = VegaJson::array();
  if (!fields.lower.empty() && !fields.upper.empty()) {
    VegaJson band = position;
    band["y"] = numbers(fields.lower);
    band["y2"] = {{"field", field_of(fields.upper)}};
    layers.push_back({{"mark", {{"type", "area"}, {"opacity", 0.25}}}, {"encoding", std::move(band)}});
  }
  if (!fields.clean.empty()) {
    VegaJson clean = position;
    clean["y"] = numbers(fields.clean);
    layers.push_back({{"mark", {{"type", "line"}, {"strokeDash", {4, 3}}, {"opacity", 0.8}}},
                      {"encoding", std::move(clean)}});
  }
  VegaJson line = position;
  line["y"] = numbers(fields.value);
  line["tooltip"] = tooltip(data, fields);
  const bool few = !has_x || data.chart.axis(data.chart.x)->size() <= kMostPoints;
  const double stroke = few ? 2 : 1;
  layers.push_back(
      {{"mark", {{"type", "line"}, {"point", few}, {"strokeWidth", stroke}}}, {"encoding", line}});
  if (!data.marks.empty()) {
    line.erase("color");
    layers.push_back(mark_layer(data, fields, line));
  }
  return panel(data, std::move(layers));
}

/// Bars from zero, and the outline of their tops, which can be told apart where bars lie over each other:
/// each of its two lines lacks one end.
VegaJson histogram_marks(const ChartData& data, const RowFields& fields) {
  if (fields.first_edge.empty()) return bar_marks(data, fields);
  const std::string units = data.chart.axis(data.chart.x)->units;
  VegaJson bars = {
      {"x", numbers_channel(fields.first_edge,
                            "value" + (units.empty() || units == "1" ? "" : " (" + units + ")"))},
      {"x2", {{"field", field_of(fields.last_edge)}}},
      {"y", value_channel(data, fields.value, true)},
      {"tooltip", tooltip(data, fields)}};
  bars["x"]["scale"] = {{"zero", false}, {"nice", false}};
  add_colour(data, fields, bars);
  VegaJson tops = bars;
  for (const char* channel : {"x2", "tooltip"}) tops.erase(channel);
  bars["y2"] = {{"datum", 0}};
  const double opacity = tops.contains("color") ? 0.25 : 0.6;
  VegaJson layers = {{{"mark", {{"type", "rect"}, {"opacity", opacity}}}, {"encoding", std::move(bars)}}};
  for (const auto& [interpolate, edge] :
       {std::pair("step-after", &fields.first_edge), std::pair("step-before", &fields.last_edge)}) {
    tops["x"]["field"] = field_of(*edge);
    layers.push_back({{"mark", {{"type", "line"}, {"interpolate", interpolate}, {"strokeWidth", 1.5}}},
                      {"encoding", tops}});
  }
  return panel(data, std::move(layers));
}

VegaJson density_marks(const ChartData& data, const RowFields& fields) {
  VegaJson curve = {{"y", value_channel(data, fields.value, true)}, {"tooltip", tooltip(data, fields)}};
  curve["y"]["stack"] = nullptr;
  if (data.chart.axis(data.chart.x) != nullptr) curve["x"] = along_x(data, fields);
  add_colour(data, fields, curve);
  return panel(data, {{{"mark", {{"type", "area"}, {"line", true}, {"opacity", 0.3}}},
                       {"encoding", std::move(curve)}}});
}

VegaJson scatter_marks(const ChartData& data, const RowFields& fields) {
  const auto along = [&](std::size_t source, const std::string& field, const std::vector<double>& numbers) {
    const std::string& units = data.chart.sources[source].variable.units;
    VegaJson channel =
        numbers_channel(field, spaced(field) + (units.empty() || units == "1" ? "" : " (" + units + ")"));
    channel["scale"] = scale_of(extent(numbers), false);
    return channel;
  };
  VegaJson points = {{"x", along(0, fields.value, data.value)},
                     {"y", along(1, fields.other, data.other)},
                     {"tooltip", tooltip(data, fields)}};
  add_colour(data, fields, points);
  VegaJson panels =
      panel(data, {{{"mark", {{"type", "point"}, {"opacity", 0.7}}}, {"encoding", std::move(points)}}});
  panels["height"] = panels["width"];
  return panels;
}

}  // namespace hookflow::pipeline
