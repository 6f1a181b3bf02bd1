#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "pipeline/plan/plan.hpp"
#include "pipeline/run_file/store/run_store.hpp"

namespace hookflow::pipeline {

/// How far a run is. What is counted has a mark of its own in the file: a prompt or, behind a stage that adds
/// variants, a part of its variants. Read by whoever shows it while the graph runs: what changes is atomic.
struct Monitor {
  /// Starts with what the file has from earlier sessions.
  Monitor(const Plan& plan, const RunStore& store) : stage_nanoseconds(plan.stages.size()) {
    std::vector<bool> own(plan.prompts.size());
    for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane) {
      const std::vector<PartState> states = store.states(lane);
      for (std::size_t cell = 0; cell < states.size(); ++cell) {
        if (states[cell] == PartState::elsewhere) continue;
        own[cell / plan.lanes[lane].parts] = true;
        ++total;
        done += states[cell] != PartState::pending;
        failed_parts += states[cell] == PartState::failed;
      }
    }
    prompts = static_cast<std::size_t>(std::ranges::count(own, true));
    for (const Failure& failure : store.failures()) fail(failure.prompt);
  }

  /// Notes that a prompt failed, or more of it; called by one thread at a time.
  void fail(std::size_t prompt) {
    failed_prompts_.insert(prompt);
    failed = failed_prompts_.size();
  }

  std::size_t prompts = 0;  // that the file has something of
  std::size_t total = 0;
  std::atomic<std::size_t> done{0};                          // what has failed is among it
  std::atomic<std::size_t> failed{0};                        // prompts
  std::atomic<std::size_t> failed_parts{0};                  // what is counted, as `done`
  std::atomic<bool> failed_fast{false};                      // it stops because a prompt failed
  std::atomic<const std::string*> aggregating{nullptr};      // id of the stage that runs over all prompts now
  std::vector<std::atomic<std::int64_t>> stage_nanoseconds;  // summed over threads
  std::atomic<std::int64_t> store_nanoseconds{0};            // writing values
  std::atomic<std::int64_t> commit_nanoseconds{0};           // writing marks and waiting for the disk
  std::atomic<std::int64_t> read_nanoseconds{0};             // reading and hashing the subject's files

 private:
  std::set<std::size_t> failed_prompts_;
};

/// Adds the time of its own life to a counter.
class Stopwatch {
 public:
  explicit Stopwatch(std::atomic<std::int64_t>& nanoseconds) : nanoseconds_(nanoseconds) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    nanoseconds_ += std::chrono::nanoseconds(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::atomic<std::int64_t>& nanoseconds_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace hookflow::pipeline
