#include "pipeline/figures/figure.hpp"

#include <set>

#include "pipeline/figures/data/chart_data.hpp"
#include "pipeline/figures/requests.hpp"
#include "pipeline/figures/spec.hpp"

namespace hookflow::pipeline {

Figure figure_of(const RunFile& run, const RunFileView& view, const FigureRequest& request) {
  constexpr std::size_t kMostInSvg = 5'000;  // cells
  const ChartData data = read_chart(run, view, request);
  return {request.id(), data.title, data.note, spec_of(data), data.value.size() > kMostInSvg};
}

std::vector<Figure> figures_of(const RunFile& run, const RunFileView& view) {
  std::vector<Figure> figures;
  std::set<std::string> ids;
  for (const FigureRequest& request : figure_requests(view)) {
    figures.push_back(figure_of(run, view, request));
    for (std::string& id = figures.back().id; !ids.insert(id).second;) id += "'";
  }
  return figures;
}

}  // namespace hookflow::pipeline
