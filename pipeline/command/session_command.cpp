#include "pipeline/command/session_command.hpp"

#include <chrono>
#include <cmath>
#include <iostream>
#include <optional>
#include <string>

#include "pipeline/command/command.hpp"
#include "pipeline/error.hpp"
#include "pipeline/machine/granted_threads.hpp"
#include "pipeline/machine/machine_memory.hpp"
#include "pipeline/session/tell.hpp"
#include "pipeline/text/byte_size.hpp"

namespace hookflow::pipeline {

namespace {

namespace po = boost::program_options;

void set_threads(SessionOptions& session, const Options& options) {
  if (!options.has("threads")) {
    const GrantedThreads granted = granted_threads(cpu_grants());
    session.run.threads = granted.count;
    session.threads_bound_by = granted.bound_by;
    session.warnings = granted.warnings;
    return;
  }
  const int threads = options.get<int>("threads");
  if (threads < 1 || threads > 4096)
    throw UsageError("--threads " + std::to_string(threads) + ": must be 1 to 4096");
  session.run.threads = static_cast<std::size_t>(threads);
}

}  // namespace

void add_session_options(Options& options) {
  options.add()(
      "threads,j", po::value<int>()->value_name("N"),
      "number of threads; default: as many as cores, or as Slurm, the CPU set or the control group gives, "
      "whichever is least; results do not depend on it")(
      "memory", po::value<std::string>()->value_name("SIZE"),
      "memory that work in flight may take beside the model, such as 4GiB; default: a quarter of what the "
      "machine has or the control group allows; a batch that is larger is run alone; results do not depend "
      "on it")("commit-every", po::value<double>()->default_value(1.0)->value_name("SECONDS"),
               "seconds between commits: how much work a kill can lose")("retry-failed",
                                                                         "run the prompts that failed again")(
      "fail-fast", "stop at the first prompt that fails")("quiet,q", "no progress and no summary")(
      "json", "progress and summary as JSON, one object per line");
}

SessionOptions session_options(const Options& options) {
  SessionOptions session;
  set_threads(session, options);
  constexpr double kShare = 0.25;
  session.run.memory_bytes = kShare * machine_memory();
  if (options.has("memory")) {
    const auto text = options.get<std::string>("memory");
    const std::optional<double> bytes = byte_size(text);
    if (!bytes) throw UsageError("--memory " + text + ": must be " + kByteSizeRule);
    session.run.memory_bytes = *bytes;
  }
  const double seconds = options.get<double>("commit-every");
  if (!(seconds >= 0 && seconds <= 3600)) throw UsageError("--commit-every: must be 0 to 3600 seconds");
  session.run.commit_every = std::chrono::milliseconds(std::llround(seconds * 1000));
  session.run.fail_fast = options.has("fail-fast");
  session.retry_failed = options.has("retry-failed");
  if (options.has("quiet") && options.has("json")) throw UsageError("--quiet and --json exclude each other");
  session.progress = options.has("quiet")  ? ProgressStyle::quiet
                     : options.has("json") ? ProgressStyle::json
                                           : ProgressStyle::lines;
  return session;
}

int guarded(const SessionOptions& session, const std::function<int()>& action) {
  int code = exit_code::kDone;
  tell_warnings(session.warnings, session.progress);
  try {
    on_threads(session.run.threads, [&] { code = action(); });
  } catch (const std::exception& error) {
    if (session.progress != ProgressStyle::json) throw;
    code = code_of(error);
    std::cerr << error_line(code, error.what());
  }
  return code;
}

}  // namespace hookflow::pipeline
