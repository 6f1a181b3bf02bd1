#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/engine/graph.hpp"
#include "pipeline/session/progress.hpp"
#include "pipeline/values/warning.hpp"

namespace hookflow::pipeline {

struct SessionOptions {
  RunOptions run;
  std::string threads_bound_by;   // where they are fewer than cores, and nobody said how many
  std::vector<Warning> warnings;  // of what the process was started with
  bool retry_failed = false;      // what has failed is pending again
  std::string kernel;             // processor and BLAS kernels that compute
  std::string goes_on_with;       // the command by which a run that was stopped goes on
  std::string waits_for;          // of a share behind which more is to come: what must be done before that
  ProgressStyle progress = ProgressStyle::lines;
  std::chrono::nanoseconds reading{0};       // that the subject took already
  std::chrono::milliseconds patience{1500};  // for work in flight, after a signal
};

/// Runs what is pending of a plan into its file and says on stderr how that went: progress, failures, and,
/// however it ends, how to go on. A complete file is left as it is. Returns the exit code, for a complete
/// file that of the run that made it; throws InputError, or std::runtime_error for all else that ends the
/// run, with how to go on.
int run_session(const Plan& plan, RunStore& store, const std::filesystem::path& path,
                const SessionOptions& options);

}  // namespace hookflow::pipeline
