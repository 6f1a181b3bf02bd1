#include "pipeline/session/execute.hpp"

#include <cstdlib>
#include <future>
#include <iostream>
#include <malloc.h>
#include <thread>
#include <unistd.h>

#include "pipeline/engine/provenance.hpp"
#include "pipeline/exit_code.hpp"
#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/session/stop_signals.hpp"
#include "pipeline/session/tell.hpp"
#include "pipeline/text/shell.hpp"

namespace hookflow::pipeline {
namespace {

/// Before there is a file to keep, a signal need not wait for long.
[[noreturn]] void stop_early() {
  std::cerr << "hookflow: stopped by " << StopSignals::name() << " before the first result" << std::endl;
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
/// pending. The run's identity is found in a thread of its own, which what ends early stops: hashing a large
/// model takes longer than its first results.
class Execution {
 public:
  Execution(Plan plan, Target target, const SessionOptions& options)
      : plan_(std::move(plan)), target_(std::move(target)), options_(options) {
    target_.claim();
    goes_on_ = !target_.place;
  }

  int run(RunLayout layout) {
    options_.goes_on_with = layout.share ? how_share_goes_on(command_text(target_.command_line))
                                         : "hookflow resume " + shell_word(target_.path.string());
    options_.kernel = kernel_in(run_provenance(plan_, options_.run.threads, {}));
    if (!goes_on_) tell_warnings(layout.warnings, options_.progress);
    share_memory(options_.run.threads);
    RunStore store = open_store(std::move(layout));
    give_back_memory();
    options_.run.before_commit = [&] { store.set_identity(identity_.get()); };
    const int code = run_session(plan_, store, target_.path, options_);
    if (code == exit_code::kDone || code == exit_code::kPromptsFailed || code == exit_code::kWaits)
      std::cout << target_.path.string() << "\n";
    return code;
  }

 private:
  RunStore open_store(RunLayout layout) {
    const std::string if_kept = "; " + how_to_go_on(options_.goes_on_with);
    prepare_farewell(options_.progress, goes_on_ ? if_kept : " before the first result");
    StopSignals::install();
    const std::jthread deadline = watch_deadline(options_.patience, stop_early);
    const Identity identity = load_subject();
    RunStore store = goes_on_ ? RunStore::open(target_.path, layout, identity)
                              : RunStore::create(std::move(*target_.place), layout, identity, provenance());
    prepare_farewell(options_.progress, if_kept);
    tell_damage(store.damage(), target_.path, options_.progress);
    return store;
  }

  [[nodiscard]] Attributes provenance() const {
    Attributes all = run_provenance(plan_, options_.run.threads, target_.command_line);
    all.insert(target_.provenance.begin(), target_.provenance.end());
    return all;
  }
  [[nodiscard]] Identity with_base(Identity identity) const {
    identity.insert(identity.end(), target_.built_on.begin(), target_.built_on.end());
    return identity;
  }

  /// The identity that the file is made or compared with: a new one is filled in at the first commit.
  Identity load_subject() {
    const auto start = std::chrono::steady_clock::now();
    plan_.prepare();
    std::packaged_task<Identity(std::stop_token)> hash(
        [this](const std::stop_token& stop) { return with_base(run_identity(plan_, stop)); });
    identity_ = hash.get_future();
    hashing_ = std::jthread(std::move(hash));
    Identity identity = goes_on_ ? identity_.get() : with_base(open_identity(plan_));
    options_.reading = std::chrono::steady_clock::now() - start;
    return identity;
  }

  Plan plan_;
  Target target_;
  SessionOptions options_;
  bool goes_on_ = false;  // with a file
  std::shared_future<Identity> identity_;
  std::jthread hashing_;
};

}  // namespace

int execute(PlannedRun planned, Target target, const SessionOptions& options) {
  return Execution(std::move(planned.plan), std::move(target), options).run(std::move(planned.layout));
}

}  // namespace hookflow::pipeline
