#include "pipeline/command/session_command.hpp"

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <future>
#include <iostream>
#include <malloc.h>
#include <memory>
#include <thread>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "pipeline/command/command.hpp"
#include "pipeline/engine/provenance.hpp"
#include "pipeline/error.hpp"
#include "pipeline/h5/memory.hpp"
#include "pipeline/run_file/marks/damage.hpp"
#include "pipeline/session/stop_signals.hpp"

namespace hookflow::pipeline {

namespace po = boost::program_options;
namespace fs = std::filesystem;

void add_session_options(Options& options) {
  options.add()("threads,j", po::value<int>(), "threads; default: one a core. Results do not depend on it")(
      "commit-every", po::value<double>()->default_value(1.0),
      "seconds between commits: the work that a kill can lose")("retry-failed",
                                                                "run the prompts that failed again")(
      "fail-fast", "stop at the first prompt that fails")("quiet,q", "no progress and no summary")(
      "json", "progress and summary as JSON, one object a line");
}

SessionOptions session_options(const Options& options) {
  SessionOptions session;
  const int threads = options.get_or("threads", static_cast<int>(std::thread::hardware_concurrency()));
  if (threads < 1 || threads > 4096) {
    throw UsageError("--threads " + std::to_string(threads) + ": must be 1 to 4096");
  }
  session.run.threads = static_cast<std::size_t>(threads);
  const double seconds = options.get<double>("commit-every");
  if (!(seconds >= 0 && seconds <= 3600)) throw UsageError("--commit-every: must be 0 to 3600 seconds");
  session.run.commit_every = std::chrono::milliseconds(std::llround(seconds * 1000));
  session.run.fail_fast = options.has("fail-fast");
  session.run.retry_failed = options.has("retry-failed");
  if (options.has("quiet") && options.has("json")) throw UsageError("--quiet and --json exclude each other");
  session.progress = options.has("quiet")  ? ProgressStyle::quiet
                     : options.has("json") ? ProgressStyle::json
                                           : ProgressStyle::lines;
  return session;
}

namespace {

/// What programs are told instead of a message; a line.
std::string error_line(int code, const std::string& message) {
  const nlohmann::ordered_json line = {{"event", "error"}, {"code", code}, {"message", message}};
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

PartCounts counts_of(const Plan& plan, const RunStore& store) {
  PartCounts counts;
  for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane) {
    for (const PartState state : store.states(lane)) {
      ++counts.total;
      counts.done += state != PartState::pending;
      counts.failed += state == PartState::failed;
    }
  }
  return counts;
}

/// A complete file is left as it is. Returns the exit code of the run that made it.
int tell_complete(const Plan& plan, const RunStore& store, const fs::path& path, ProgressStyle style) {
  const std::vector<Failure> failures = store.failures();
  if (style == ProgressStyle::lines) std::cerr << path.string() << ": is complete already; nothing to do\n";
  const int code = failures.empty() ? exit_code::kDone : exit_code::kPromptsFailed;
  if (!failures.empty()) tell_failed_prompts(plan, failures, style);
  if (style == ProgressStyle::json) tell_outcome(path, "complete", code, counts_of(plan, store));
  return code;
}

void tell_damage(const Damage& damage, const fs::path& path, ProgressStyle style) {
  constexpr std::size_t kShown = 10;
  if (style == ProgressStyle::json) {
    for (const std::string& line : json_lines_of(damage)) std::cerr << line << "\n";
    return;
  }
  std::cerr << "hookflow: " << damage_report(damage, path, kShown)
            << "what is damaged, and all that aggregates, is computed again\n";
}

/// Before there is a file to keep, a signal need not wait for long.
[[noreturn]] void stop_early() {
  std::cerr << "hookflow: stopped by " << StopSignals::name(StopSignals::number()) << " before the first unit"
            << std::endl;
  std::_Exit(StopSignals::exit_code());
}

/// What a second signal says: from a terminal's last line of progress on, on a line of its own.
void prepare_farewell(ProgressStyle style, const std::string& what_is_left) {
  const std::string message = "stopped at once" + what_is_left;
  StopSignals::prepare_farewell([&](int code) {
    if (style == ProgressStyle::json) return error_line(code, message);
    const bool terminal = style == ProgressStyle::lines && ::isatty(STDERR_FILENO) != 0;
    return (terminal ? "\r\033[K" : "") + ("hookflow: " + message + "\n");
  });
}

/// glibc gives each thread an arena of its own, and what one has freed the others cannot use: over a long run
/// that comes to more than what is in use.
void share_memory(std::size_t threads) {
  constexpr std::size_t kThreadsAnArena = 4;
  mallopt(M_ARENA_MAX, static_cast<int>((threads + kThreadsAnArena - 1) / kThreadsAnArena));
}

/// What only planning and the new file needed, which is much where prompts are many. Libraries keep what is
/// freed: HDF5 for itself, glibc for the thread that had it, and the work is done by others.
void free_planning(Plan& plan) {
  plan.layout = {};
  for (PlannedStage& stage : plan.stages) {
    stage.output.known = {};
    stage.output.facts.reset();
  }
  h5::free_unused();
  malloc_trim(0);
}

}  // namespace

int execute(Plan& plan, const Target& target, SessionOptions options) {
  share_memory(options.run.threads);
  const bool goes_on = target.resume && fs::exists(target.path);
  const std::string if_kept = "; " + how_to_go_on(target.path);
  prepare_farewell(options.progress, goes_on ? if_kept : " before the first unit");
  StopSignals::install();
  std::unique_ptr<StopDeadline> deadline = std::make_unique<StopDeadline>(options.patience, stop_early);
  const auto start = std::chrono::steady_clock::now();
  plan.prepare();
  // Hashing a large model takes longer than its first results: it runs beside them, until the first commit.
  std::future<Identity> identity = std::async(std::launch::async, [&plan] { return run_identity(plan); });
  const Identity known = goes_on ? identity.get() : open_identity(plan);
  options.reading = std::chrono::steady_clock::now() - start;
  RunStore store = goes_on ? RunStore::open(target.path, plan.layout, known)
                           : RunStore::create(target.path, plan.layout, known,
                                              run_provenance(plan, options.run.threads, target.command_line),
                                              target.overwrite);
  prepare_farewell(options.progress, if_kept);
  if (store.damage().any()) tell_damage(store.damage(), target.path, options.progress);
  free_planning(plan);
  deadline.reset();
  options.run.before_commit = [&] { store.set_identity(goes_on ? known : identity.get()); };
  const bool nothing_left = store.complete() && !(options.run.retry_failed && !store.failures().empty());
  const int code = nothing_left ? tell_complete(plan, store, target.path, options.progress)
                                : run_session(plan, store, target.path, options);
  if (code == exit_code::kDone || code == exit_code::kPromptsFailed)
    std::cout << target.path.string() << "\n";
  return code;
}

int guarded(ProgressStyle style, const std::function<int()>& action) {
  if (style != ProgressStyle::json) return action();
  try {
    return action();
  } catch (const std::exception& error) {
    std::cerr << error_line(code_of(error), error.what());
    return code_of(error);
  }
}

}  // namespace hookflow::pipeline
