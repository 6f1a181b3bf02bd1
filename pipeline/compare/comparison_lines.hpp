#pragma once
#include <string>
#include <vector>

#include "pipeline/compare/comparison_text.hpp"

/// What a comparison says to people, line by line, on a screen or a page.
namespace hookflow::pipeline {

inline constexpr std::size_t kFewShown = 5;  // of what is listed, where not all is asked for

/// What a reader wants to see closely, "stage.variable": of the variables of both, what the first workflow
/// shows first, or else the first that is measured and differs; empty: there is none.
std::string looked_at(const RunsBeside& runs);
/// What was set otherwise, what one run alone keeps, and which labels are not the same; the first few of
/// each, or `all`.
std::vector<std::string> difference_lines(const RunsBeside& runs, bool all);
/// Of values that are 0 or 1, such as what is significant: how many are the other in the second run, and then
/// in which run they are 1, with the first `shown` places; empty: none are the other.
std::vector<std::string> flip_lines(const RunsBeside& runs, const VariableComparison& variable,
                                    std::size_t shown);

}  // namespace hookflow::pipeline
