#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/engine/plan.hpp"
#include "pipeline/run_file/store/run_store.hpp"

namespace hookflow::pipeline {

/// What a run is doing, read by whoever shows it while the graph runs.
struct Monitor {
  explicit Monitor(std::size_t stages) : stage_nanoseconds(stages) {}

  std::atomic<std::size_t> done{0};  // (prompt, part) pairs, of `total`
  std::size_t total = 0;
  std::size_t done_before = 0;  // by an earlier run of the same file
  std::atomic<std::size_t> failed{0};
  std::atomic<bool> failed_fast{false};                      // it stops because a prompt failed
  std::vector<std::atomic<std::int64_t>> stage_nanoseconds;  // summed over threads
  std::atomic<std::int64_t> store_nanoseconds{0};            // writing values
  std::atomic<std::int64_t> commit_nanoseconds{0};           // writing marks and waiting for the disk
  std::atomic<std::int64_t> read_nanoseconds{0};             // reading and hashing the subject's files
};

struct RunOptions {
  std::size_t threads = 1;
  bool fail_fast = false;
  bool retry_failed = false;                     // failed batches count as pending
  std::chrono::milliseconds commit_every{1000};  // what a kill can lose
  std::function<void()> before_commit;           // called once, before the first
};

/// How many batches, and how many parts of each expand, are under way at once at most.
inline std::size_t most_in_flight(std::size_t threads) { return threads + 2; }

/// Runs every batch that the store has not marked, through a TBB flow graph with one node a stage: source ->
/// limiter -> the lane's stages -> store, and behind an expand one packet a part, with a limiter of its own.
/// What is in flight is bounded by the limiters, so memory does not grow with prompts or variants. Stops
/// early when `stop` becomes true; what is committed then stays. Throws what the store throws.
void run_prompts(const Plan& plan, RunStore& store, const RunOptions& options, Monitor& monitor,
                 const std::atomic<bool>& stop);

/// Version of the TBB library that runs the graph.
std::string tbb_version();

/// Runs the aggregating stages that are not done yet, in order, over what is stored.
void run_folds(const Plan& plan, RunStore& store, Monitor& monitor);

}  // namespace hookflow::pipeline
