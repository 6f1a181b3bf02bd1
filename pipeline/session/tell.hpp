#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/engine/monitor.hpp"
#include "pipeline/plan/plan.hpp"
#include "pipeline/run_file/checks/damage.hpp"
#include "pipeline/session/progress.hpp"
#include "pipeline/values/warning.hpp"

/// What a session says on stderr beside its progress: sentences for people, a JSON object a line for
/// programs.
namespace hookflow::pipeline {

/// The failed prompts with their reasons: the first few for people, all for programs.
void tell_failed_prompts(const Plan& plan, const std::vector<Failure>& failures, ProgressStyle style);

/// What may not have been meant: the first few of each kind for people, one line a kind for programs. Quiet:
/// one line in all of what is not run or drawn, as nothing that is kept needs it.
void tell_warnings(const std::vector<Warning>& warnings, ProgressStyle style);

/// On how many threads a run is, where something bounds them that nobody may expect.
void tell_threads(std::size_t threads, const std::string& bound_by, ProgressStyle style);

/// The results that were found damaged, and that they are computed again.
void tell_damage(const Damage& damage, const std::filesystem::path& path, ProgressStyle style);

/// The last line that a program is told: how it ended (complete, failed, stopped) and the exit code.
void tell_outcome(const std::filesystem::path& path, const std::string& status, int code,
                  const Monitor& monitor);

/// What a program is told instead of a message: a line.
std::string error_line(int code, const std::string& message);

/// What computed the results that a file has, where this process rounds otherwise.
void tell_kernels(const std::filesystem::path& path, const std::vector<std::string>& of_file,
                  const std::string& own, ProgressStyle style);

/// "what was committed is kept; go on with: COMMAND"
std::string how_to_go_on(const std::string& command);

}  // namespace hookflow::pipeline
