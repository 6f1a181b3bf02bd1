#pragma once
#include <cstddef>
#include <string>
#include <thread>

#include "pipeline/engine/monitor.hpp"
#include "pipeline/plan/plan.hpp"

namespace hookflow::pipeline {

/// What is said on stderr while a run works: nothing; a line for people, which rewrites itself on a terminal
/// and comes every few seconds elsewhere; or one JSON object a line, for programs.
enum class ProgressStyle { quiet, lines, json };

/// "47 % of 200 prompts done, 1 prompt failed"
std::string how_far(const Monitor& monitor);

/// A thread that shows how far a run is, with rate, time left and failures, while it lives.
[[nodiscard]] std::jthread show_progress(const Monitor& monitor, ProgressStyle style);

/// Where the time of a session went, on stderr: in each stage, and in shares of the threads' time together.
/// `wall`: how long it took, in seconds.
void tell_times(const Plan& plan, const Monitor& monitor, double wall, std::size_t threads,
                ProgressStyle style);

}  // namespace hookflow::pipeline
