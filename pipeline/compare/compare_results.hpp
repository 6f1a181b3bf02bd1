#pragma once
#include <string>
#include <vector>

#include "pipeline/compare/agreement.hpp"
#include "pipeline/compare/ranking.hpp"
#include "pipeline/run_file/reading/matched_cells.hpp"
#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

/// A variable of two runs, as far as their cells have the same labels.
struct VariableComparison {
  std::string name;     // "scores.prob_change"
  Variable variable;    // of the first
  bool is_id = false;   // its numbers stand for texts: they are the same or not
  std::string problem;  // why its cells cannot be matched; empty: they can
  std::vector<MatchedAxis> axes{};
  std::size_t cells = 0;  // that are matched
  Agreement agreement{};
  Ranking ranking{agreement};

  [[nodiscard]] bool is_measure() const { return variable.dtype != Dtype::int64; }
  /// Whether cells of large magnitude are those that matter.
  [[nodiscard]] bool is_ranked() const { return is_measure() && variable.relation != Relation::p_value; }
  /// Whether all cells of both are matched and have equal values.
  [[nodiscard]] bool is_equal() const;
  /// Why no cells of both can be compared; empty: some can.
  [[nodiscard]] std::string why_unmatched() const;
  /// "layer=3, head=2", without axes of one label.
  [[nodiscard]] std::string place(const CellPair& pair) const;
};

struct ResultsComparison {
  std::vector<VariableComparison> variables;  // those of most cells first
  std::vector<std::string> first_only;
  std::vector<std::string> second_only;
};

/// A run file and what it says of itself.
struct OpenRun {
  std::string name;  // as the user calls it
  RunFile file;
  RunFileView view;
};

/// Compares what both runs keep; of names, "stage" or "stage.variable", only these. Throws UsageError where
/// there is nothing to compare.
ResultsComparison compare_results(const OpenRun& first, const OpenRun& second,
                                  const std::vector<std::string>& names);

}  // namespace hookflow::pipeline
