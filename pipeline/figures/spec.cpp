#include "pipeline/figures/spec.hpp"

#include <algorithm>
#include <stdexcept>

#include "pipeline/figures/data/describe_chart.hpp"
#include "pipeline/figures/marks.hpp"
#include "pipeline/text/columns.hpp"

namespace hookflow::pipeline {
namespace {

VegaJson marks_of(const ChartData& data, const RowFields& fields) {
  switch (data.chart.kind) {
    case ChartKind::heatmap:
    case ChartKind::pattern:
      return map_marks(data, fields);
    case ChartKind::bars:
      return bar_marks(data, fields);
    case ChartKind::line:
      return line_marks(data, fields);
    case ChartKind::histogram:
      return histogram_marks(data, fields);
    case ChartKind::density:
      return density_marks(data, fields);
    case ChartKind::scatter:
      return scatter_marks(data, fields);
  }
  throw std::logic_error("marks_of: no such kind");
}

/// Vega sorts the headers of small figures unless it is given their order.
VegaJson facet_channel(const ChartData& data, const RowFields& fields, const std::string& name) {
  const Axis& axis = *data.chart.axis(name);
  VegaJson order = VegaJson::array();
  for (std::size_t step = 0; step < axis.size(); ++step) order.push_back(json_label(axis, step));
  return {{"field", field_of(fields.label(data, name))},
          {"type", "nominal"},
          {"sort", std::move(order)},
          {"title", name == kSourceAxis ? VegaJson(nullptr) : VegaJson(axis_title(axis))},
          {"header", {{"labelLimit", 240}}}};
}

/// One axis in rows that fill up, or rows and columns.
void add_facets(const ChartData& data, const RowFields& fields, VegaJson marks, VegaJson& spec) {
  const std::vector<std::string>& facet = data.chart.facet;
  if (facet.empty()) return spec.update(marks);
  constexpr int kAcross = 3;
  if (facet.size() == 1) {
    spec["facet"] = facet_channel(data, fields, facet[0]);
    spec["columns"] = kAcross;
  } else {
    spec["facet"] = {{"row", facet_channel(data, fields, facet[0])},
                     {"column", facet_channel(data, fields, facet[1])}};
  }
  const bool own_texts = std::ranges::any_of(
      data.texts, [&](const AxisTexts& texts) { return std::ranges::count(facet, texts.by) > 0; });
  if (own_texts) {  // and so own scales, for which Vega-Lite needs small figures of one size
    spec["resolve"] = {{"scale", {{"x", "independent"}, {"y", "independent"}}}};
    for (const char* side : {"width", "height"})
      if (marks[side].is_object()) marks[side] = panel_size(data);
  }
  spec["spec"] = std::move(marks);
}

/// A list above the figure for each axis of which one label is shown.
void add_choices(const ChartData& data, const RowFields& fields, VegaJson& spec) {
  VegaJson params = VegaJson::array();
  VegaJson filters = VegaJson::array();
  for (const std::string& name : data.chart.choose) {
    const Axis& axis = *data.chart.axis(name);
    VegaJson options = VegaJson::array();
    for (std::size_t step = 0; step < axis.size(); ++step) options.push_back(json_label(axis, step));
    const std::string param = "choice_" + std::to_string(params.size());
    const VegaJson first = options.empty() ? VegaJson(nullptr) : options[0];
    params.push_back(
        {{"name", param},
         {"value", first},
         {"bind", {{"input", "select"}, {"options", std::move(options)}, {"name", spaced(name) + " "}}}});
    filters.push_back({{"filter", datum_of(fields.label(data, name)) + " === " + param}});
  }
  if (data.marks.size() > 1) {
    VegaJson options = VegaJson::array();
    for (const Marks& marks : data.marks) options.push_back(marks.correction);
    const VegaJson first = options[0];
    params.push_back(
        {{"name", kCorrection},
         {"value", first},
         {"bind", {{"input", "select"}, {"options", std::move(options)}, {"name", "correction "}}}});
  }
  if (!params.empty()) spec["params"] = std::move(params);
  if (!filters.empty()) spec["transform"] = std::move(filters);
}

/// Without axes, which would be of nothing.
VegaJson said_instead(const ChartData& data) {
  return {{"mark",
           {{"type", "text"},
            {"text", title_lines(data.note, 72)},
            {"align", "left"},
            {"baseline", "top"},
            {"x", 0},
            {"y", 0},
            {"color", "#888888"}}},
          {"data", {{"values", VegaJson::array({VegaJson::object()})}}},
          {"view", {{"stroke", nullptr}}},
          {"width", panel_size(data)},
          {"height", 40}};
}

}  // namespace

VegaJson spec_of(const ChartData& data) {
  const RowFields fields(data);
  VegaJson spec = {{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
                   {"title", {{"text", title_lines(data.title, 72)}, {"anchor", "start"}}},
                   {"description", one_line(data.title + ". " + data.note)},
                   {"data", {{"values", rows_of(data, fields)}}}};
  if (!data.empty.empty()) {
    spec.update(said_instead(data));
    return spec;
  }
  add_choices(data, fields, spec);
  add_facets(data, fields, marks_of(data, fields), spec);
  return spec;
}

}  // namespace hookflow::pipeline
