#pragma once
#include <iosfwd>

#include "pipeline/engine/memory_in_flight.hpp"
#include "pipeline/plan/planner.hpp"

namespace hookflow::pipeline {

/// What a run will take, in bytes.
struct RunEstimate {
  double memory_bytes = 0;     // at its peak: this process as it is, and the two below
  double subject_bytes = 0;    // of what stages read of the subject
  double in_flight_bytes = 0;  // activations and results under way, within those limits
  double file_bytes = 0;       // of the run file
};
RunEstimate estimate_run(const PlannedRun& planned, const InFlight& limits);

/// What a run would do: stages in order with their axes and sizes, forward passes, floating-point work,
/// memory in flight and file size.
void print_dry_run(const PlannedRun& planned, const InFlight& limits, std::ostream& out);

}  // namespace hookflow::pipeline
