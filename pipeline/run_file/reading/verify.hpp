#pragma once
#include <filesystem>

#include "pipeline/run_file/marks/damage.hpp"

namespace hookflow::pipeline {

/// Compares what is done or failed in a run file with its checksums, and writes nothing. Throws InputError
/// for a file that is missing, is not as its seal says, or is being written.
Damage verify_run_file(const std::filesystem::path& path);

}  // namespace hookflow::pipeline
