#pragma once
#include <iosfwd>
#include <string>

#include "pipeline/compare/comparison_text.hpp"

/// Comparisons for programs.
namespace hookflow::pipeline {

/// CSV, a row a variable, behind a header if that is asked for.
void print_csv_rows(const RunsBeside& runs, bool header, std::ostream& out);
/// All of a comparison on one line, with the largest differences and what changed rank.
std::string comparison_json(const RunsBeside& runs);

}  // namespace hookflow::pipeline
