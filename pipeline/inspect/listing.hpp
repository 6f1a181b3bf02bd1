#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/terminal/window.hpp"

namespace hookflow::pipeline {

/// What variables of one stage have in common at the end of their meanings, from ": " or " of " on, such as
/// ": paired t-test of prob_change"; empty where there is nothing, or one alone.
std::string common_ending(const std::vector<std::string>& meanings);

/// Every variable of a run file, with its axes, units and meaning: of a group's variables what differs.
void print_listing(const RunFileView& view, std::ostream& out, const Window& window);

/// How the file was made.
void print_provenance(const RunFileView& view, std::ostream& out);

}  // namespace hookflow::pipeline
