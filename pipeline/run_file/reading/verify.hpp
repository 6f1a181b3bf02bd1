#pragma once
#include "pipeline/run_file/checks/damage.hpp"
#include "pipeline/run_file/reading/run_file.hpp"

namespace hookflow::pipeline {

/// Compares what is done or failed in a run file with its checksums, and writes nothing. Throws InputError
/// for a file that is being written.
Damage verify_run_file(const RunFile& file);

}  // namespace hookflow::pipeline
