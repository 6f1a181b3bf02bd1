#pragma once
#include <cstddef>

#include "pipeline/engine/plan.hpp"

namespace hookflow::pipeline {

/// Bytes that the work under way takes at most with so many threads: the values that packets hold until no
/// later stage needs them, and what a stage takes while it runs.
double memory_in_flight(const Plan& plan, std::size_t threads);

}  // namespace hookflow::pipeline
