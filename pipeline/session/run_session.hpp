#pragma once
#include <filesystem>
#include <string>

#include "pipeline/engine/graph.hpp"
#include "pipeline/session/progress.hpp"

namespace hookflow::pipeline {

struct SessionOptions {
  RunOptions run;
  ProgressStyle progress = ProgressStyle::lines;
  std::chrono::nanoseconds reading{0};       // that the model took already
  std::chrono::milliseconds patience{1500};  // for work in flight, after a signal
};

/// The failed prompts with their reasons: the first few for people, all for programs.
void tell_failed_prompts(const Plan& plan, const std::vector<Failure>& failures, ProgressStyle style);

struct PartCounts {
  std::size_t done = 0;  // the failed ones among them
  std::size_t total = 0;
  std::size_t failed = 0;
};

/// The last line that a program is told: how it ended and the exit code.
void tell_outcome(const std::filesystem::path& path, const std::string& status, int code,
                  const PartCounts& units);

/// "what was committed is kept; go on with: hookflow resume FILE", as a shell reads it.
std::string how_to_go_on(const std::filesystem::path& path);

/// Runs what is pending of a plan into its file and says on stderr how that went: progress, failures, and,
/// however it ends, how to go on. Returns the exit code; throws what the store throws.
int run_session(Plan& plan, RunStore& store, const std::filesystem::path& path, SessionOptions options);

}  // namespace hookflow::pipeline
