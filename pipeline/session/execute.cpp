#include "pipeline/session/execute.hpp"

#include <cstdlib>
#include <iostream>
#include <malloc.h>
#include <optional>
#include <unistd.h>

#include "pipeline/engine/provenance.hpp"
#include "pipeline/exit_code.hpp"
#include "pipeline/h5/h5.hpp"
#include "pipeline/session/identity_task.hpp"
#include "pipeline/session/stop_signals.hpp"
#include "pipeline/session/tell.hpp"

namespace hookflow::pipeline {
namespace {

/// Before there is a file to keep, a signal need not wait for long.
[[noreturn]] void stop_early() {
  std::cerr << "hookflow: stopped by " << StopSignals::name(StopSignals::number())
            << " before the first result" << std::endl;
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

/// HDF5 keeps what is freed for itself, and glibc for the thread that had it; the work is done by others.
void give_back_memory() {
  h5::free_unused();
  malloc_trim(0);
}

/// One process's way from a plan to its exit code: load the subject, make or open the file, run what is
/// pending. The file keeps what the subject's files hash to, which is found meanwhile.
class Execution {
 public:
  Execution(Plan plan, const Target& target, const SessionOptions& options)
      : plan_(std::move(plan)),
        target_(target),
        options_(options),
        goes_on_(target.resume && std::filesystem::exists(target.path)) {}

  int run(RunLayout layout) {
    share_memory(options_.run.threads);
    RunStore store = open_store(std::move(layout));
    give_back_memory();
    options_.run.before_commit = [&] { store.set_identity(identity_->get()); };
    const bool nothing_left = store.complete() && !(options_.retry_failed && !store.failures().empty());
    const int code = nothing_left ? tell_complete(store) : run_session(plan_, store, target_.path, options_);
    if (code == exit_code::kDone || code == exit_code::kPromptsFailed)
      std::cout << target_.path.string() << "\n";
    return code;
  }

 private:
  RunStore open_store(RunLayout layout) {
    const std::string if_kept = "; " + how_to_go_on(target_.path);
    prepare_farewell(options_.progress, goes_on_ ? if_kept : " before the first result");
    StopSignals::install();
    const StopDeadline deadline(options_.patience, stop_early);
    const Identity identity = load_subject();
    RunStore store = goes_on_
                         ? RunStore::open(target_.path, layout, identity)
                         : RunStore::create(target_.path, layout, identity,
                                            run_provenance(plan_, options_.run.threads, target_.command_line),
                                            target_.overwrite);
    prepare_farewell(options_.progress, if_kept);
    tell_damage(store.damage(), target_.path, options_.progress);
    return store;
  }

  /// The identity that the file is made or compared with: a new one is filled in at the first commit.
  Identity load_subject() {
    const auto start = std::chrono::steady_clock::now();
    plan_.prepare();
    identity_.emplace(plan_);
    Identity identity = goes_on_ ? identity_->get() : open_identity(plan_);
    options_.reading = std::chrono::steady_clock::now() - start;
    return identity;
  }

  /// A complete file is left as it is. Returns the exit code of the run that made it.
  [[nodiscard]] int tell_complete(const RunStore& store) const {
    const std::vector<Failure> failures = store.failures();
    const int code = failures.empty() ? exit_code::kDone : exit_code::kPromptsFailed;
    if (options_.progress == ProgressStyle::lines)
      std::cerr << target_.path.string() << ": is complete already; nothing to do\n";
    tell_failed_prompts(plan_, failures, options_.progress);
    if (options_.progress == ProgressStyle::json)
      tell_outcome(target_.path, "complete", code, count_parts(plan_, store));
    return code;
  }

  Plan plan_;
  const Target& target_;
  SessionOptions options_;
  bool goes_on_;
  std::optional<IdentityTask> identity_;
};

}  // namespace

int execute(PlannedRun planned, const Target& target, const SessionOptions& options) {
  return Execution(std::move(planned.plan), target, options).run(std::move(planned.layout));
}

}  // namespace hookflow::pipeline
