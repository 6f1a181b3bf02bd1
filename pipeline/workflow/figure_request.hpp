#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/text/problems.hpp"
#include "pipeline/workflow/input_ref.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// A line across a figure: at a number, or at each value of a stored variable.
struct ReferenceLine {
  double at = 0;
  InputRef variable{};  // of which stage; empty: at the number
};

/// A figure as a workflow's `figures:` or a command asks for it. What is empty is chosen by the axes.
struct FigureRequest {
  std::string name;
  std::vector<InputRef> of;         // laid over each other
  InputRef minus;                   // what is taken away from each; of which stage; empty: nothing
  std::string kind;                 // one of figure_kinds()
  std::string x, y, colour;         // axes
  std::vector<std::string> facet;   // axis; or two: of the rows and the columns of small figures
  std::vector<std::string> choose;  // axes of which the reader picks a label
  std::vector<AxisLabel> where;     // of all that is drawn and has the axis
  std::string title;
  std::vector<ReferenceLine> reference;
  std::size_t line = 0;  // where it stands, for messages

  [[nodiscard]] std::string id() const;  // its name, or that of what it draws
};

/// What a figure may be.
const std::vector<std::string>& figure_kinds();

/// Reads what stands under `figures:`; all problems with keys, kinds and forms are noted. Of the names of
/// stages, variables and axes nothing is known here.
std::vector<FigureRequest> read_figures(const Node& node, Problems& problems);
/// What read_figures takes, as a JSON Schema.
Node figures_schema();
/// As it would be written in a workflow.
Node write_figures(const std::vector<FigureRequest>& figures);

}  // namespace hookflow::pipeline
