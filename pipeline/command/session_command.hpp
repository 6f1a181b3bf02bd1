#pragma once
#include <functional>

#include "pipeline/command/options.hpp"
#include "pipeline/session/run_session.hpp"

/// What the commands `run` and `resume` share.
namespace hookflow::pipeline {

void add_session_options(Options& options);
/// Throws UsageError for values that are out of range or exclude each other.
SessionOptions session_options(const Options& options);

/// Runs `action`, its planning too, on the threads that are allowed. What it throws is told as JSON where the
/// style asks for that; else it is thrown on.
int guarded(const SessionOptions& session, const std::function<int()>& action);

}  // namespace hookflow::pipeline
