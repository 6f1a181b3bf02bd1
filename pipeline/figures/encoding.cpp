#include "pipeline/figures/encoding.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "pipeline/figures/data/describe_chart.hpp"
#include "pipeline/text/columns.hpp"

namespace hookflow::pipeline {
namespace {

constexpr int kLabelPixels = 160;
constexpr std::size_t kMostSteps = 40;  // that are drawn as wide as can be read

// Okabe and Ito (2008), for all kinds of colour vision, those that stand out on light and on dark.
const VegaJson kColours = {"#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999"};

bool is_order(const Axis& axis) { return !has_text_labels(axis) && !axis.unordered; }

}  // namespace

std::string field_of(const std::string& name) {
  std::string field;
  for (const char byte : name) {
    if (byte == '.' || byte == '[' || byte == ']' || byte == '\\' || byte == '\'' || byte == '"')
      field += '\\';
    field += byte;
  }
  return field;
}

std::string datum_of(const std::string& name) { return "datum[" + VegaJson(name).dump() + "]"; }

VegaJson steps_channel(const ChartData& data, const RowFields& fields, const std::string& axis) {
  const std::string& drawn = fields.of(data, axis);
  const std::string& label = fields.label(data, axis);
  VegaJson channel = {
      {"field", field_of(drawn)},
      {"type", is_order(*data.chart.axis(axis)) ? "ordinal" : "nominal"},
      {"title", axis_title(*data.chart.axis(axis))},
      {"axis", {{"labelLimit", kLabelPixels}, {"labelOverlap", data.chart.axis(axis)->size() > kMostSteps}}}};
  const std::string& order = fields.order_of(data, axis);
  channel["sort"] = order.empty() ? VegaJson(nullptr) : VegaJson{{"field", field_of(order)}, {"op", "min"}};
  if (!has_text_labels(*data.chart.axis(axis)) && drawn == label) channel["axis"]["labelAngle"] = 0;
  return channel;
}

VegaJson numbers_channel(const std::string& field, const std::string& title) {
  constexpr std::size_t kColumns = 32;  // that find room beside a figure
  return {{"field", field_of(field)}, {"type", "quantitative"}, {"title", title_lines(title, kColumns)}};
}

VegaJson value_channel(const ChartData& data, const std::string& field, bool from_zero) {
  std::vector<double> ends;  // of all that is drawn along the scale
  for (const std::vector<double>* numbers : {&data.value, &data.lower, &data.upper, &data.clean})
    for (const double end : {extent(*numbers).first, extent(*numbers).second}) ends.push_back(end);
  for (const DrawnReference& line : data.references) ends.push_back(line.at);
  VegaJson channel = numbers_channel(field, value_title(data));
  channel["scale"] = scale_of(extent(ends), from_zero);
  return channel;
}

VegaJson scale_of(std::pair<double, double> extent, bool from_zero) {
  auto [least, most] = extent;
  if (std::isnan(least)) least = most = 0;
  if (from_zero) {
    least = std::fmin(least, 0);
    most = std::fmax(most, 0);
  }
  if (least == most) {
    const double room = least == 0 ? 1 : std::abs(least) / 2;
    if (!from_zero) least -= room;
    most += room;
  }
  return {{"domain", {least, most}}, {"nice", true}, {"zero", from_zero}};
}

VegaJson title_lines(const std::string& text, std::size_t columns) {
  VegaJson lines = VegaJson::array();
  std::istringstream wrapped_text(wrapped(one_line(text), columns, 0));
  for (std::string line; std::getline(wrapped_text, line);) lines.push_back(line);
  return lines;
}

VegaJson colour_channel(const ChartData& data, const RowFields& fields, const std::string& axis) {
  const Axis& along = *data.chart.axis(axis);
  VegaJson channel = {{"field", field_of(fields.of(data, axis))},
                      {"type", is_order(along) ? "ordinal" : "nominal"},
                      {"title", axis == kSourceAxis ? VegaJson(nullptr) : VegaJson(axis_title(along))},
                      {"sort", nullptr},
                      {"legend", {{"labelLimit", 240}, {"symbolOpacity", 1}}}};
  if (is_order(along))
    channel["scale"] = {{"scheme", "viridis"}};
  else if (along.size() <= kColours.size())
    channel["scale"] = {{"range", kColours}};
  else
    channel["scale"] = {{"scheme", "tableau20"}};
  return channel;
}

VegaJson tooltip(const ChartData& data, const RowFields& fields) {
  VegaJson all = VegaJson::array();
  // A nominal field is shown as it stands; a number would be rounded.
  const auto add = [&](const std::string& field, const std::string& title) {
    if (!field.empty()) all.push_back({{"field", field_of(field)}, {"type", "nominal"}, {"title", title}});
  };
  for (std::size_t axis = 0; axis < fields.axes.size(); ++axis)
    add(fields.drawn[axis], axis_title(data.chart.axes[axis]));
  add(fields.first_edge, "from");
  add(fields.last_edge, "to");
  add(fields.value, data.other.empty() ? value_title(data) : spaced(fields.value));
  add(fields.other, spaced(fields.other));
  add(fields.lower, "lower");
  add(fields.upper, "upper");
  add(fields.clean, "clean");
  add(fields.p_value, "p");
  for (const std::string& mark : fields.marks) add(mark, spaced(mark));
  return all;
}

VegaJson reference_layers(const ChartData& data) {
  VegaJson layers = VegaJson::array();
  for (const DrawnReference& line : data.references) {
    if (!std::isfinite(line.at)) continue;
    const VegaJson rows = {{"values", {{{"at", line.at}, {"label", line.label}}}}};
    const VegaJson y = {{"field", "at"}, {"type", "quantitative"}};
    layers.push_back(
        {{"data", rows},
         {"mark", {{"type", "rule"}, {"strokeDash", {4, 3}}, {"color", "#888888"}}},
         {"encoding",
          {{"y", y},
           {"tooltip",
            {{{"field", "label"}, {"type", "nominal"}}, {{"field", "at"}, {"type", "nominal"}}}}}}});
    if (line.label.find_first_not_of("-.0123456789e") == std::string::npos) continue;
    layers.push_back(
        {{"data", rows},
         {"mark",
          {{"type", "text"},
           {"align", "left"},
           {"baseline", "bottom"},
           {"dx", 4},
           {"dy", -2},
           {"color", "#888888"},
           {"limit", 280}}},
         {"encoding",
          {{"y", y}, {"x", {{"value", 0}}}, {"text", {{"field", "label"}, {"type", "nominal"}}}}}});
  }
  return layers;
}

VegaJson mark_layer(const ChartData& data, const RowFields& fields, VegaJson position) {
  std::string test = datum_of(fields.marks.front()) + " === 1";
  if (data.marks.size() > 1) test = "datum['significant ' + " + std::string(kCorrection) + "] === 1";
  position["tooltip"] = tooltip(data, fields);
  return {{"transform", {{{"filter", test}}}},
          {"mark",
           {{"type", "point"},
            {"filled", true},
            {"size", data.chart.y.empty() ? 90 : 28},
            {"opacity", 1},
            {"color", "black"},
            {"stroke", "white"},
            {"strokeWidth", 1}}},
          {"encoding", std::move(position)}};
}

double panel_size(const ChartData& data) { return data.chart.facet.empty() ? 440 : 240; }

VegaJson step_size(std::size_t steps, double panel) {
  const double count = static_cast<double>(std::max<std::size_t>(steps, 1));
  const double least = steps <= kMostSteps ? 12 : 1;
  return {{"step", std::clamp(std::floor(panel / count * 8) / 8, least, 40.0)}};
}

std::pair<double, double> extent(const std::vector<double>& numbers) {
  std::pair<double, double> found = {std::nan(""), std::nan("")};
  for (const double number : numbers) {
    if (!std::isfinite(number)) continue;
    found.first = std::fmin(found.first, number);
    found.second = std::fmax(found.second, number);
  }
  return found;
}

}  // namespace hookflow::pipeline
