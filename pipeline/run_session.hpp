#pragma once
#include <filesystem>

#include "pipeline/graph.hpp"
#include "pipeline/progress.hpp"

namespace hookflow::pipeline {

struct SessionOptions {
  RunOptions run;
  ProgressStyle progress = ProgressStyle::lines;
  std::chrono::nanoseconds reading{0};       // that the model took already
  std::chrono::milliseconds patience{1500};  // for work in flight, after a signal
};

/// The failed prompts with their reasons: the first few for people, all for programs.
void tell_failed_prompts(const Plan& plan, const std::vector<Failure>& failures, ProgressStyle style);

/// Runs what is pending of a plan into its file and says on stderr how that went: progress, failures, and,
/// however it ends, how to go on. Returns the exit code; throws what the store throws.
int run_session(Plan& plan, RunStore& store, const std::filesystem::path& path, SessionOptions options);

}  // namespace hookflow::pipeline
