#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/workflow/figure_request.hpp"

namespace hookflow::pipeline {

enum class ChartKind { heatmap, bars, line, histogram, density, scatter, pattern };
std::string to_string(ChartKind kind);

/// A variable that is drawn.
struct ChartSource {
  std::string stage;
  Variable variable;             // with all its axes
  std::vector<AxisLabel> where;  // what is picked of them
  std::string label;             // that tells it from the others
  [[nodiscard]] bool picks(const std::string& axis) const;
};

/// What becomes of each axis of what is drawn. Axes are known by name; the sources are one, too, where there
/// are several.
struct Chart {
  ChartKind kind = ChartKind::bars;
  std::vector<ChartSource> sources;
  std::optional<ChartSource> minus;  // what is taken away from each
  bool counts_texts = false;         // how often each text comes that the numbers stand for: x is the texts
  std::string x, y, colour;          // empty: none
  std::vector<std::string> facet;    // small figures: one axis, or rows and columns
  std::vector<std::string> choose;   // a label of each is picked above the figure
  std::vector<Axis> axes;            // all of these, as they are stored

  [[nodiscard]] const Axis* axis(const std::string& name) const;  // none: nullptr
};

inline constexpr const char* kSourceAxis = "series";  // the axis of several sources
/// Labels of an axis that are texts; numbers name steps in an order, or without one.
bool has_text_labels(const Axis& axis);
/// Whether its labels are numbers between which there are others, such as bins and grids.
bool is_continuous(const Axis& axis);
/// The texts that a variable's whole numbers stand for; nullptr: for none.
const TextTable* texts_of(const Variable& variable, const std::vector<TextTable>& texts);
/// The variable of a stage; nullptr: it has none of the name.
const Variable* find_variable(const std::vector<GroupLayout>& groups, const std::string& stage,
                              const std::string& name);
/// Those of its stage that tell of a variable in that way.
std::vector<const Variable*> ancillaries(const std::vector<GroupLayout>& groups, const ChartSource& source,
                                         Relation relation);

}  // namespace hookflow::pipeline
