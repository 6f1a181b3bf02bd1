#pragma once
#include <iosfwd>
#include <string>

#include "pipeline/compare/compare_results.hpp"
#include "pipeline/run_file/reading/compare_settings.hpp"
#include "pipeline/terminal/window.hpp"

namespace hookflow::pipeline {

/// Two runs beside each other.
struct RunsBeside {
  const OpenRun& first;
  const OpenRun& second;
  SettingsComparison settings;
  ResultsComparison results;
};

/// Prints a comparison for people: what was set otherwise, how far each variable agrees, and of the variable
/// that is looked at the largest differences and what changed rank; on one screen, or `all` of it. Then which
/// values that are 0 or 1, such as what is significant, are another.
void print_comparison(const RunsBeside& runs, bool all, std::ostream& out);

}  // namespace hookflow::pipeline
