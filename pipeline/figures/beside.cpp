#include "pipeline/figures/beside.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/error.hpp"
#include "pipeline/figures/encoding.hpp"
#include "pipeline/figures/requests.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"

namespace hookflow::pipeline {
namespace {

struct DrawnChart {
  std::string run;
  ChartData data;
};

/// As that one is drawn; or, where its axes make no such chart, as it is drawn alone.
ChartData read_alike(const DrawnRun& from, const FigureRequest& request, const Chart& chart) {
  FigureRequest alike = request;
  if (!chart.counts_texts) alike.kind = to_string(chart.kind);
  try {
    return read_chart(from.run, from.view, alike);
  } catch (const UsageError&) {
    return read_chart(from.run, from.view, request);
  }
}

std::vector<DrawnChart> charts_of(const std::vector<DrawnRun>& runs, const std::string& id) {
  std::vector<DrawnChart> charts;
  for (const DrawnRun& from : runs)
    blame_file(from.run.path().string(), [&] {
      const std::vector<FigureRequest> requests = figure_requests(from.view);
      const auto request = std::ranges::find(requests, id, &FigureRequest::id);
      if (request == requests.end()) return;
      if (charts.empty())
        charts.push_back({from.name, read_chart(from.run, from.view, *request)});
      else
        charts.push_back({from.name, read_alike(from, *request, charts.front().data.chart)});
    });
  return charts;
}

void share_scale(std::vector<DrawnChart>& charts) {
  std::pair<double, double> all = {std::nan(""), std::nan("")};
  for (const DrawnChart& chart : charts) {
    const auto [least, most] = extent(chart.data.value);
    all = {std::fmin(all.first, least), std::fmax(all.second, most)};
  }
  for (DrawnChart& chart : charts) chart.data.beside = all;
}

}  // namespace

std::vector<std::vector<Figure>> figures_beside(const std::vector<DrawnRun>& runs,
                                                const std::map<std::string, bool>& compared) {
  std::vector<std::vector<Figure>> rows;
  for (const FigureRequest& request : figure_requests(runs.front().view)) {
    const auto found = [&](const InputRef& of) { return compared.find(of.stage + "." + of.variable); };
    const auto is_compared = [&](const InputRef& of) { return found(of) != compared.end(); };
    if (!std::ranges::all_of(request.of, is_compared)) continue;
    if (std::ranges::none_of(request.of, [&](const InputRef& of) { return found(of)->second; })) continue;
    std::vector<DrawnChart> charts = charts_of(runs, request.id());
    if (charts.size() < 2) continue;
    share_scale(charts);
    std::vector<Figure>& row = rows.emplace_back();
    for (const DrawnChart& chart : charts) {
      row.push_back(figure_from(chart.data, request.id() + " " + chart.run));
      row.back().title += ": " + chart.run;
    }
  }
  return rows;
}

}  // namespace hookflow::pipeline
