#pragma once
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "pipeline/figures/data/chart_data.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/workflow/figure_request.hpp"

namespace hookflow::pipeline {

/// A picture of results, in Vega-Lite's language.
struct Figure {
  std::string id;       // "scores.prob_change", or the name it has under `figures:`; unique in the file
  std::string title;    // what is drawn, and what is chosen of it
  std::string note;     // one line: what it shows; that it was thinned or summed up; that the run goes on
  nlohmann::json spec;  // Vega-Lite 6, complete by itself, with its data
  bool large = false;   // more cells than SVG should draw: use a canvas
  bool empty = false;   // nothing is drawn, as the note says
};

/// The figures of a run in the order in which a report shows them: those that its workflow declares, what it
/// shows first, then each result that is kept and is no detail of another, tested effects and changes before
/// others.
std::vector<Figure> figures_of(const RunFile& run, const RunFileView& view);
/// One figure. Throws UsageError, a line a problem, for what is asked for and cannot be.
Figure figure_of(const RunFile& run, const RunFileView& view, const FigureRequest& request);

/// The figure that the chart makes.
Figure figure_from(const ChartData& data, const std::string& id);

}  // namespace hookflow::pipeline
