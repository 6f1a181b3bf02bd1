#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipeline/engine/plan.hpp"
#include "pipeline/run_file/store/run_store.hpp"

namespace hookflow::pipeline {

/// How many there are of what is marked by itself: a prompt or, behind an expand, a part of its variants.
struct PartCounts {
  std::size_t total = 0;
  std::size_t done = 0;  // the failed ones among them
  std::size_t failed = 0;
};

inline PartCounts count_parts(const Plan& plan, const RunStore& store) {
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

/// What a run is doing, read by whoever shows it while the graph runs: what changes is atomic.
struct Monitor {
  /// `before`: what the file has from earlier sessions.
  Monitor(std::size_t stages, const PartCounts& before)
      : total(before.total),
        done_before(before.done),
        done(before.done),
        failed(before.failed),
        stage_nanoseconds(stages) {}

  const std::size_t total;
  const std::size_t done_before;
  std::atomic<std::size_t> done;
  std::atomic<std::size_t> failed;
  std::atomic<bool> failed_fast{false};                      // it stops because a prompt failed
  std::vector<std::atomic<std::int64_t>> stage_nanoseconds;  // summed over threads
  std::atomic<std::int64_t> store_nanoseconds{0};            // writing values
  std::atomic<std::int64_t> commit_nanoseconds{0};           // writing marks and waiting for the disk
  std::atomic<std::int64_t> read_nanoseconds{0};             // reading and hashing the subject's files
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
