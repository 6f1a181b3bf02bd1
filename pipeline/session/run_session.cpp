#include "pipeline/session/run_session.hpp"

#include <cstdlib>
#include <future>
#include <iostream>
#include <new>
#include <optional>
#include <stdexcept>
#include <thread>

#include "pipeline/engine/provenance.hpp"
#include "pipeline/engine/run_plan.hpp"
#include "pipeline/error.hpp"
#include "pipeline/exit_code.hpp"
#include "pipeline/session/stop_signals.hpp"
#include "pipeline/session/tell.hpp"

namespace hookflow::pipeline {
namespace {

/// One process's work on a run file.
class RunSession {
 public:
  RunSession(const Plan& plan, RunStore& store, const std::filesystem::path& path,
             const SessionOptions& options)
      : plan_(plan), store_(store), path_(path), options_(options), monitor_(plan, store) {
    monitor_.read_nanoseconds = options_.reading.count();
  }

  int run() {
    if (const std::optional<int> code = work()) return *code;
    const std::vector<Failure> failures = store_.failures();
    store_.finish({{"ended_utc", utc_now()}});
    const double wall = std::chrono::duration<double>(Clock::now() - start_ + options_.reading).count();
    tell_times(plan_, monitor_, wall, options_.run.threads, options_.progress);
    return tell_complete(failures);
  }

  /// Returns the exit code.
  [[nodiscard]] int tell_complete(const std::vector<Failure>& failures) const {
    tell_failed_prompts(plan_, failures, options_.progress);
    const int code = !options_.waits_for.empty() ? exit_code::kWaits
                     : failures.empty()          ? exit_code::kDone
                                                 : exit_code::kPromptsFailed;
    if (code == exit_code::kWaits && options_.progress != ProgressStyle::json)
      std::cerr << "hookflow: " << options_.waits_for << "\n";
    if (options_.progress == ProgressStyle::json) tell_outcome(path_, "complete", code, monitor_);
    return code;
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// The exit code, where the work is not brought to its end.
  std::optional<int> work() {
    const std::jthread deadline = watch_deadline(options_.patience, [this] { give_up(); });
    {
      const std::jthread progress = show_progress(monitor_, options_.progress);
      run_plan(plan_, store_, options_.run, monitor_, StopSignals::requested());
    }
    if (StopSignals::requested()) {
      store_.end_session(StopSignals::name());
      tell_stopped();
      return StopSignals::exit_code();
    }
    if (!monitor_.failed_fast) return std::nullopt;
    store_.end_session("fail-fast");
    tell_failed_prompts(plan_, store_.failures(), options_.progress);
    tell_stopped("at a failed prompt", "failed", exit_code::kPromptsFailed);
    return exit_code::kPromptsFailed;
  }

  /// What is in flight takes too long, or a disk hangs: whatever stands in the file by now is kept.
  [[noreturn]] void give_up() {
    static constexpr std::chrono::milliseconds kPatience{300};
    std::packaged_task<void()> commit([this] {  // what it throws nobody asks for: then it is not committed
      if (store_.try_commit(kPatience)) store_.end_session(StopSignals::name());
    });
    const std::future<void> committed = commit.get_future();
    std::thread(std::move(commit)).detach();
    committed.wait_for(kPatience + kPatience / 3);
    tell_stopped();
    std::_Exit(StopSignals::exit_code());
  }

  void tell_stopped() const {
    tell_stopped("by " + StopSignals::name(), "stopped", StopSignals::exit_code());
  }

  void tell_stopped(const std::string& how, const std::string& status, int code) const {
    if (options_.progress == ProgressStyle::json) return tell_outcome(path_, status, code, monitor_);
    std::cerr << "hookflow: stopped " << how << " with " << how_far(monitor_) << "; "
              << how_to_go_on(options_.goes_on_with) << std::endl;
  }

  const Plan& plan_;
  RunStore& store_;
  const std::filesystem::path& path_;
  const SessionOptions& options_;
  Monitor monitor_;
  Clock::time_point start_ = Clock::now();
};

/// Notes in the file that its session failed. Returns why, and how to go on.
std::string end_by(const std::exception& error, RunStore& store, const std::string& goes_on_with) {
  try {
    store.end_session("failure");
  } catch (const std::exception&) {  // what ends the run may keep this from being told, too
  }
  const bool no_memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
  return (no_memory ? "there is not enough memory" : std::string(error.what())) + "\n" +
         how_to_go_on(goes_on_with);
}

}  // namespace

int run_session(const Plan& plan, RunStore& store, const std::filesystem::path& path,
                const SessionOptions& options) {
  if (store.complete() && !(options.retry_failed && !store.failures().empty())) {
    if (options.progress == ProgressStyle::lines)
      std::cerr << path.string() << ": is complete already; nothing to do\n";
    return RunSession(plan, store, path, options).tell_complete(store.failures());
  }
  tell_threads(options.run.threads, options.threads_bound_by, options.progress);
  try {
    tell_kernels(path, store.kernels(), options.kernel, options.progress);
    store.begin_session(options.run.threads, program_version(), options.kernel);
    if (options.retry_failed) store.retry_failed();
    return RunSession(plan, store, path, options).run();
  } catch (const InputError& error) {
    throw InputError(end_by(error, store, options.goes_on_with));
  } catch (const std::exception& error) {
    throw std::runtime_error(end_by(error, store, options.goes_on_with));
  }
}

}  // namespace hookflow::pipeline
