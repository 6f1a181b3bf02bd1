#pragma once
#include <string>
#include <vector>

#include "pipeline/compare/comparison_text.hpp"

namespace hookflow::pipeline {

/// Runs beside each other as one page, as a report is one: of every two, what differs and how far each
/// variable agrees; the figures of all beside each other; and how each was made. `all` lists all of what
/// differs. Throws InputError for a file that cannot be read, and where vega is missing.
std::string comparison_page(const std::vector<OpenRun>& runs, const std::vector<RunsBeside>& pairs, bool all);

}  // namespace hookflow::pipeline
