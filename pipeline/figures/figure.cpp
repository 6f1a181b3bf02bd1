#include "pipeline/figures/figure.hpp"

#include <set>

#include "pipeline/figures/requests.hpp"
#include "pipeline/figures/spec.hpp"

namespace hookflow::pipeline {

Figure figure_from(const ChartData& data, const std::string& id) {
  constexpr std::size_t kMostInSvg = 5'000;  // cells
  return {id, data.title, data.note, spec_of(data), data.value.size() > kMostInSvg, !data.empty.empty()};
}

Figure figure_of(const RunFile& run, const RunFileView& view, const FigureRequest& request) {
  return figure_from(read_chart(run, view, request), request.id());
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
