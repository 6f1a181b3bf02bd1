#pragma once
#include <string>
#include <utility>
#include <vector>

namespace hookflow::pipeline {

/// One place along an axis: `replacement=zero`.
struct AxisLabel {
  std::string axis;
  std::string label;
  friend bool operator==(const AxisLabel&, const AxisLabel&) = default;
};

/// Where an input comes from: `clean`, `scores.prob` for one variable of it, `scores.prob[replacement=zero]`
/// for one place along an axis, which the variable then has no more.
struct InputRef {
  std::string stage;     // empty: an optional port that is not wired
  std::string variable;  // empty: all
  std::vector<AxisLabel> where;
};

/// Throws ParamError for brackets that are not closed or hold something else than `axis=label`.
InputRef parse_input_ref(const std::string& text);
/// As it would be written in a workflow.
std::string to_string(const InputRef& ref);

}  // namespace hookflow::pipeline
