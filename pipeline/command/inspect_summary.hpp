#pragma once
#include <iosfwd>

#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

/// What a run file holds, how far it is and who worked on it; with `provenance` also how it was made.
void print_summary(const RunFileView& file, bool provenance, std::ostream& out);

}  // namespace hookflow::pipeline
