#pragma once
#include <vector>

#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/workflow/figure_request.hpp"

namespace hookflow::pipeline {

/// What a report of the run draws, in its order: the figures that the workflow declares, what it shows first,
/// then each result that is kept, has several numbers and is no detail of another: tested effects, changes,
/// others.
std::vector<FigureRequest> figure_requests(const RunFileView& view);

}  // namespace hookflow::pipeline
