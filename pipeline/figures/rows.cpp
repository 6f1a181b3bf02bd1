#include "pipeline/figures/rows.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <type_traits>

#include "pipeline/text/columns.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

VegaJson json_number(double value) { return std::isfinite(value) ? VegaJson(value) : VegaJson(nullptr); }

const AxisTexts* texts_along(const ChartData& data, const std::string& axis) {
  const auto found = std::ranges::find(data.texts, axis, &AxisTexts::axis);
  return found == data.texts.end() ? nullptr : &*found;
}

std::size_t index_of(const ChartData& data, const std::string& axis) {
  return static_cast<std::size_t>(std::ranges::find(data.chart.axes, axis, &Axis::name) -
                                  data.chart.axes.begin());
}

const std::string& text_at(const ChartData& data, const AxisTexts& texts,
                           const std::vector<std::size_t>& steps) {
  const std::size_t axis = index_of(data, texts.axis);
  const std::size_t by = texts.by.empty() ? 0 : steps[index_of(data, texts.by)];
  return texts.texts[by * data.steps(axis) + steps[axis]];
}

/// Whether the labels are numbers that tell their order.
bool ascends(const Axis& axis) {
  return std::visit(
      [](const auto& labels) {
        using Label = typename std::decay_t<decltype(labels)>::value_type;
        return std::is_arithmetic_v<Label> && std::ranges::is_sorted(labels);
      },
      axis.coordinates.labels());
}

}  // namespace

RowFields::RowFields(const ChartData& data) {
  std::set<std::string> taken;
  const auto unique = [&](std::string name) {
    while (!taken.insert(name).second) name += "_";
    return name;
  };
  for (const Axis& axis : data.chart.axes) axes.push_back(unique(axis.name));
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const AxisTexts* texts = texts_along(data, data.chart.axes[axis].name);
    drawn.push_back(texts == nullptr ? axes[axis] : unique(axes[axis] + " text"));
    if (texts == nullptr)
      order.emplace_back();
    else if (ascends(data.chart.axes[axis]))
      order.push_back(axes[axis]);
    else  // the same step comes several times with texts of its own
      order.push_back(texts->by.empty() ? "" : unique(axes[axis] + " step"));
  }
  const std::vector<ChartSource>& sources = data.chart.sources;
  const bool alike = std::ranges::all_of(sources, [&](const ChartSource& source) {
    return source.variable.name == sources.front().variable.name;
  });
  const bool pairs = data.chart.kind == ChartKind::scatter;
  value = unique(pairs                     ? sources[0].label
                 : data.chart.counts_texts ? "count"
                 : alike                   ? data.variable().name
                                           : "value");
  if (pairs) other = unique(sources[1].label);
  if (!data.lower.empty()) lower = unique("lower");
  if (!data.upper.empty()) upper = unique("upper");
  if (!data.clean.empty()) clean = unique("clean");
  if (!data.p_value.empty()) p_value = unique("p");
  if (!data.edges.empty()) {
    first_edge = unique("from");
    last_edge = unique("to");
  }
  for (const Marks& mark : data.marks)
    marks.push_back(unique("significant" + (mark.correction.empty() ? "" : " " + mark.correction)));
}

const std::string& RowFields::of(const ChartData& data, const std::string& axis) const {
  return drawn[index_of(data, axis)];
}

const std::string& RowFields::label(const ChartData& data, const std::string& axis) const {
  return axes[index_of(data, axis)];
}

const std::string& RowFields::order_of(const ChartData& data, const std::string& axis) const {
  return order[index_of(data, axis)];
}

VegaJson json_label(const Axis& axis, std::size_t step) {
  return std::visit(
      [step](const auto& labels) {
        if constexpr (std::is_same_v<typename std::decay_t<decltype(labels)>::value_type, double>)
          return json_number(labels[step]);
        else
          return VegaJson(labels[step]);
      },
      axis.coordinates.labels());
}

std::vector<std::size_t> steps_of(const std::vector<Axis>& axes, std::size_t cell) {
  std::vector<std::size_t> steps(axes.size());
  for (std::size_t axis = axes.size(); axis-- > 0;) {
    steps[axis] = cell % axes[axis].size();
    cell /= axes[axis].size();
  }
  return steps;
}

std::string label_with_text(const ChartData& data, std::size_t axis, const std::vector<std::size_t>& steps) {
  const std::vector<Axis>& axes = data.chart.axes;
  std::string label = label_of(axes[axis], steps[axis]);
  const AxisTexts* texts = texts_along(data, axes[axis].name);
  if (texts == nullptr) return label;
  const std::string& text = text_at(data, *texts, steps);
  return text.empty() ? label : label + " " + one_line(text);
}

bool is_behind_end(const ChartData& data, std::size_t cell, const std::vector<std::size_t>& steps) {
  return std::isnan(data.value[cell]) && std::ranges::any_of(data.texts, [&](const AxisTexts& texts) {
           return texts.of_prompts && text_at(data, texts, steps).empty();
         });
}

VegaJson rows_of(const ChartData& data, const RowFields& fields) {
  const std::vector<Axis>& axes = data.chart.axes;
  VegaJson rows = VegaJson::array();
  for (std::size_t cell = 0; cell < data.value.size(); ++cell) {
    const std::vector<std::size_t> steps = steps_of(axes, cell);
    if (is_behind_end(data, cell, steps)) continue;
    VegaJson& row = rows.emplace_back(VegaJson::object());
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      row[fields.axes[axis]] = json_label(axes[axis], steps[axis]);
      if (fields.drawn[axis] != fields.axes[axis])
        row[fields.drawn[axis]] = label_with_text(data, axis, steps);
      if (!fields.order[axis].empty() && fields.order[axis] != fields.axes[axis])
        row[fields.order[axis]] = steps[axis];
    }
    const auto put = [&](const std::string& field, const std::vector<double>& numbers) {
      if (!field.empty()) row[field] = json_number(numbers[cell]);
    };
    put(fields.value, data.value);
    put(fields.other, data.other);
    put(fields.lower, data.lower);
    put(fields.upper, data.upper);
    put(fields.clean, data.clean);
    put(fields.p_value, data.p_value);
    for (std::size_t mark = 0; mark < data.marks.size(); ++mark)
      put(fields.marks[mark], data.marks[mark].significant);
    if (data.edges.empty()) continue;
    const std::vector<double>& edges = data.edges[cell / (data.value.size() / data.edges.size())];
    const std::size_t bin = steps[index_of(data, data.chart.x)];
    row[fields.first_edge] = json_number(bin < edges.size() ? edges[bin] : std::nan(""));
    row[fields.last_edge] = json_number(bin + 1 < edges.size() ? edges[bin + 1] : std::nan(""));
  }
  return rows;
}

}  // namespace hookflow::pipeline
