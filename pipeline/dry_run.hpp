#pragma once
#include <iosfwd>

#include "pipeline/plan.hpp"

namespace hookflow::pipeline {

/// What a run would do: stages in order with their axes and sizes, forward passes, floating-point work,
/// memory in flight and file size.
void print_dry_run(const Plan& plan, std::size_t threads, std::ostream& out);

}  // namespace hookflow::pipeline
