#include <cmath>

#include "pipeline/figures/figure.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {

std::vector<Figure> figures_of(const RunFile& run, const RunFileView& view) {
  std::vector<Figure> figures;
  for (const GroupLayout& group : view.groups) {
    const auto first = view.root.find("default");
    if (first == view.root.end() || group.name != first->second) continue;
    for (const Variable& variable : group.variables) {
      std::vector<const Axis*> axes;
      for (const Axis& axis : variable.axes)
        if (axis.size() > 1) axes.push_back(&axis);
      if (axes.empty() || axes.size() > 4 || cell_count(variable.axes) > 4000) continue;
      const std::vector<double> values = read_variable(run, group.name, variable.name);
      nlohmann::json rows = nlohmann::json::array();
      for (std::size_t i = 0; i < values.size(); ++i) {
        nlohmann::json row;
        std::size_t inner = values.size();
        for (const Axis& axis : variable.axes) {
          inner /= axis.size();
          row[axis.name] = label_of(axis, i / inner % axis.size());
        }
        row["value"] = std::isfinite(values[i]) ? nlohmann::json(values[i]) : nlohmann::json();
        rows.push_back(row);
      }
      nlohmann::json tooltip = nlohmann::json::array();
      for (const Axis* axis : axes) tooltip.push_back({{"field", axis->name}, {"type", "nominal"}});
      tooltip.push_back({{"field", "value"}, {"type", "quantitative"}});
      nlohmann::json encoding = {{"tooltip", tooltip}};
      encoding["x"] = {{"field", axes.back()->name}, {"type", "ordinal"}, {"sort", nullptr}};
      const bool map = axes.size() > 1;
      if (map)
        encoding["y"] = {{"field", axes[axes.size() - 2]->name}, {"type", "ordinal"}, {"sort", nullptr}};
      encoding[map ? "color" : "y"] = {
          {"field", "value"}, {"type", "quantitative"}, {"title", variable.units}};
      if (axes.size() > 2) encoding["row"] = {{"field", axes[0]->name}, {"type", "nominal"}};
      if (axes.size() > 3) encoding["column"] = {{"field", axes[1]->name}, {"type", "nominal"}};
      figures.push_back({group.name + "." + variable.name,
                         variable.long_name,
                         "every value",
                         {{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
                          {"data", {{"values", rows}}},
                          {"mark", {{"type", map ? "rect" : "bar"}}},
                          {"encoding", encoding}},
                         false});
      if (figures.size() > 60) return figures;
    }
  }
  return figures;
}

}  // namespace hookflow::pipeline
