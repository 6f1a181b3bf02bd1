#pragma once
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "pipeline/plan/plan.hpp"
#include "pipeline/run_file/format/layout.hpp"

namespace hookflow::pipeline {

/// Raised whenever the same workflow on the same model would store other numbers.
inline constexpr int kResultVersion = 3;

/// The program's name and the words behind it, as a shell reads them.
std::string command_text(const std::vector<std::string>& command_line);

std::string program_version();
std::string utc_now();  // 2026-01-31T23:59:59Z
/// The same of a time in seconds since 1970; NaN: "-".
std::string utc_text(double seconds);

/// What two runs must share for one to go on where the other stopped. Hashes the subject's files; throws
/// Stopped when it is told to stop.
Identity run_identity(const Plan& plan, const std::stop_token& stop);
/// The same without hashing: the subject's values are empty.
Identity open_identity(const Plan& plan);

/// How the numbers were made: root attributes of the run file. An empty value is one that is known later, and
/// gets a place in /status.
Attributes run_provenance(const Plan& plan, std::size_t threads,
                          const std::vector<std::string>& command_line);
/// Processor and BLAS kernels in these, by which results are rounded; 200 bytes at most.
std::string kernel_in(const Attributes& provenance);

}  // namespace hookflow::pipeline
