#include "pipeline/session/run_session.hpp"

#include <algorithm>
#include <cstdlib>
#include <future>
#include <iostream>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

#include "pipeline/engine/provenance.hpp"
#include "pipeline/exit_code.hpp"
#include "pipeline/session/stop_signals.hpp"

namespace hookflow::pipeline {
namespace {

using Json = nlohmann::ordered_json;

/// A path as a shell reads it back.
std::string shell_word(const std::string& path) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '.' || c == '_' || c == '-';
  };
  if (!path.empty() && path[0] != '-' && std::all_of(path.begin(), path.end(), plain)) return path;
  std::string quoted = "'";
  for (const char c : path) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

/// One process's work on a run file.
class RunSession {
 public:
  RunSession(Plan& plan, RunStore& store, const std::filesystem::path& path, SessionOptions options)
      : plan_(plan), store_(store), path_(path), options_(std::move(options)), monitor_(plan.stages.size()) {
    monitor_.read_nanoseconds = options_.reading.count();
  }

  int run() {
    try {
      return work();
    } catch (const std::exception& error) {
      try {
        store_.end_session("failure");
      } catch (const std::exception&) {  // what ends the run may keep this from being told, too
      }
      throw std::runtime_error(std::string(error.what()) + "\n" + how_to_go_on(path_));
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  int work() {
    store_.begin_session(options_.run.threads, program_version());
    {
      const StopDeadline deadline(options_.patience, [this] { give_up(); });
      {
        const Progress progress(monitor_, options_.progress);
        run_prompts(plan_, store_, options_.run, monitor_, StopSignals::requested());
      }
      if (StopSignals::requested()) return stopped();
      if (monitor_.failed_fast) {
        store_.end_session("fail-fast");
        tell_failures(store_.failures());
        tell_stopped("at a failed prompt", "failed", exit_code::kPromptsFailed);
        return exit_code::kPromptsFailed;
      }
      run_folds(plan_, store_, monitor_);
    }
    const std::vector<Failure> failures = store_.failures();
    store_.finish({{"ended_utc", utc_now()}});
    const double wall = std::chrono::duration<double>(Clock::now() - start_ + options_.reading).count();
    tell_times(plan_, monitor_, time_use(monitor_, wall, processor_seconds(), options_.run.threads),
               options_.progress);
    if (!failures.empty()) tell_failures(failures);
    const int code = failures.empty() ? exit_code::kDone : exit_code::kPromptsFailed;
    tell_end("complete", code);
    return code;
  }

  int stopped() {
    store_.end_session(StopSignals::name(StopSignals::number()));
    tell_stopped();
    return StopSignals::exit_code();
  }

  /// What is in flight takes too long, or a disk hangs: whatever stands in the file by now is kept.
  [[noreturn]] void give_up() {
    constexpr std::chrono::milliseconds kPatience{300};
    auto committed = std::make_shared<std::promise<void>>();
    std::future<void> done = committed->get_future();
    std::thread([this, committed] {
      try {
        if (store_.try_commit(kPatience)) store_.end_session(StopSignals::name(StopSignals::number()));
      } catch (const std::exception&) {  // then it is not committed
      }
      committed->set_value();
    }).detach();
    done.wait_for(kPatience + kPatience / 3);
    tell_stopped();
    std::_Exit(StopSignals::exit_code());
  }

  void tell_stopped() const {
    tell_stopped("by " + StopSignals::name(StopSignals::number()), "stopped", StopSignals::exit_code());
  }

  void tell_stopped(const std::string& how, const std::string& status, int code) const {
    if (options_.progress == ProgressStyle::json) return tell_end(status, code);
    std::cerr << "hookflow: stopped " << how << " with " << monitor_.done << " of " << monitor_.total
              << " units done; " << how_to_go_on(path_) << std::endl;
  }

  void tell_end(const std::string& status, int code) const {
    if (options_.progress == ProgressStyle::json)
      tell_outcome(path_, status, code, {monitor_.done, monitor_.total, monitor_.failed});
  }

  void tell_failures(const std::vector<Failure>& failures) const {
    tell_failed_prompts(plan_, failures, options_.progress);
  }

  Plan& plan_;
  RunStore& store_;
  const std::filesystem::path& path_;
  SessionOptions options_;
  Monitor monitor_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

void tell_failed_prompts(const Plan& plan, const std::vector<Failure>& failures, ProgressStyle style) {
  constexpr std::size_t kShown = 10;
  if (style == ProgressStyle::json) {
    for (const Failure& failure : failures) {
      const Json line = {{"event", "failed"},
                         {"prompt", plan.prompts.id(failure.prompt)},
                         {"stage", failure.stage},
                         {"reason", failure.reason}};
      std::cerr << line.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
    }
    return;
  }
  std::cerr << failures.size() << " of " << plan.prompts.size() << " prompts failed\n";
  for (std::size_t i = 0; i < std::min(kShown, failures.size()); ++i) {
    std::cerr << "  prompt '" << plan.prompts.id(failures[i].prompt) << "', stage '" << failures[i].stage
              << "': " << failures[i].reason << "\n";
  }
  if (failures.size() > kShown) std::cerr << "  ... `hookflow inspect` lists all\n";
}

void tell_outcome(const std::filesystem::path& path, const std::string& status, int code,
                  const PartCounts& units) {
  const Json line = {{"event", "end"},        {"status", status},   {"code", code},
                     {"file", path.string()}, {"done", units.done}, {"total", units.total},
                     {"failed", units.failed}};
  std::cerr << line.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
}

std::string how_to_go_on(const std::filesystem::path& path) {
  return "what was committed is kept; go on with: hookflow resume " + shell_word(path.string());
}

int run_session(Plan& plan, RunStore& store, const std::filesystem::path& path, SessionOptions options) {
  return RunSession(plan, store, path, std::move(options)).run();
}

}  // namespace hookflow::pipeline
