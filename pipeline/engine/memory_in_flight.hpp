#pragma once
#include <cstddef>

#include "pipeline/engine/plan.hpp"

namespace hookflow::pipeline {

/// Bytes that packets under way take at most, on that many threads: of the values that they hold at once, as
/// run_stage() drops them, and of what a stage takes while it runs.
double memory_in_flight(const Plan& plan, std::size_t threads);

}  // namespace hookflow::pipeline
