#include "pipeline/charts/chart_kind.hpp"

#include <algorithm>

#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kMostBars = 100;  // of numbers; more make a line

bool has_bins(const Kept& kept, const ChartSource& source) {
  return !ancillaries(kept.groups, source, Relation::edges).empty() && !source.variable.axes.empty();
}

ChartKind bars_or_line(const Chart& chart, const ChartSource& widest, const std::vector<Axis>& rest) {
  const auto x = std::ranges::find_if(rest, is_wide);
  const Axis* along = x == rest.end() ? nullptr : &*x;
  for (const Axis& axis : widest.variable.axes)
    if (axis.name == chart.x) along = &axis;
  if (along == nullptr || has_text_labels(*along)) return ChartKind::bars;
  const bool names = along->unordered || along->size() < 3;
  return names && along->size() <= kMostBars ? ChartKind::bars : ChartKind::line;
}

}  // namespace

bool is_wide(const Axis& axis) { return !has_text_labels(axis) || axis.size() > kFewLabels; }

bool is_map(ChartKind kind) { return kind == ChartKind::heatmap || kind == ChartKind::pattern; }

ChartKind kind_named(const std::string& name) {
  return static_cast<ChartKind>(std::ranges::find(figure_kinds(), name) - figure_kinds().begin());
}

bool counts_texts(const FigureRequest& request, const Chart& chart, const Kept& kept) {
  const bool as_it_is = request.kind.empty() && request.x.empty() && request.y.empty() && !chart.minus;
  return as_it_is && chart.sources.size() == 1 &&
         texts_of(chart.sources.front().variable, kept.texts) != nullptr;
}

ChartKind kind_for(const Kept& kept, const Chart& chart, const ChartSource& widest,
                   const std::vector<Axis>& rest) {
  if (chart.counts_texts) return ChartKind::bars;
  if (has_bins(kept, widest)) return ChartKind::histogram;
  const std::vector<Axis>& axes = widest.variable.axes;
  if (!axes.empty() && is_continuous(axes.back()) && chart.y.empty()) return ChartKind::density;
  const auto counts_along = [](const Axis& axis) { return !axis.counts_along.empty(); };
  if (chart.x.empty() && chart.y.empty() && std::ranges::count_if(rest, counts_along) == 2)
    return ChartKind::pattern;
  const auto wide = std::ranges::count_if(rest, is_wide) + (chart.x.empty() ? 0 : 1);
  return !chart.y.empty() || wide > 1 ? ChartKind::heatmap : bars_or_line(chart, widest, rest);
}

std::vector<std::string> kind_problems(const FigureRequest& request, const Kept& kept, const Chart& chart,
                                       const ChartSource& widest) {
  std::vector<std::string> problems;
  const Variable& variable = widest.variable;
  const auto axes =
      std::ranges::count_if(variable.axes, [&](const Axis& axis) { return !widest.picks(axis.name); }) +
      (chart.sources.size() > 1 ? 1 : 0);
  if (is_map(chart.kind) && axes < 2)
    problems.push_back("'" + variable.name + "' has the axes " + axes_text(variable.axes) +
                       "; must have two");
  if (chart.kind == ChartKind::histogram && !has_bins(kept, widest))
    problems.push_back("'" + variable.name + "' is no count in bins; aggregate.histogram makes one of it");
  if (chart.kind == ChartKind::density && axes < 1)
    problems.push_back("'" + variable.name + "' is a single number; aggregate.density makes a density");
  if (chart.kind == ChartKind::scatter && chart.sources.size() != 2)
    problems.emplace_back(
        "needs two variables, of: [one, other], or one with two labels, as [a.b[layer=0], a.b[layer=1]]");
  if (!is_map(chart.kind) && !chart.y.empty())
    problems.emplace_back("y is the value; only a heatmap or a pattern has an axis y");
  if (is_map(chart.kind) && !request.reference.empty())
    problems.emplace_back("has no axis of numbers, so reference lines cannot be drawn");
  if (is_map(chart.kind) && !chart.colour.empty()) problems.emplace_back("its colour is the value");
  return problems;
}

}  // namespace hookflow::pipeline
