#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>

#include "pipeline/engine/monitor.hpp"
#include "pipeline/engine/phase.hpp"
#include "pipeline/run_file/store/run_store.hpp"

namespace hookflow::pipeline {

struct RunOptions {
  std::size_t threads = 1;
  double memory_bytes = std::numeric_limits<double>::infinity();  // of the work under way
  bool fail_fast = false;
  std::chrono::milliseconds commit_every{1000};  // what a kill can lose
  std::function<void()> before_commit;           // called once a phase, before the first
  RunStore* earlier = nullptr;  // of a share of a later phase: the file that has what came before
};

/// Runs `action`, and all that it runs in parallel, on so many threads.
void on_threads(std::size_t threads, const std::function<void()>& action);

/// Runs every batch of which the store has not marked all that the phase makes, through a TBB flow graph with
/// one node a stage: a gate, the lane's stages, the store; and behind each lane one packet a chunk of those
/// below, with a gate of its own. The gates bound what is in flight, so memory does not grow with prompts or
/// variants. Stops early when `stop` becomes true; what is committed then stays. Throws what a stage throws
/// that fails no prompt, and what the store throws.
void run_prompts(const Phase& phase, RunStore& store, const RunOptions& options, Monitor& monitor,
                 const std::atomic<bool>& stop);

/// Version of the TBB library that runs the graph.
std::string tbb_version();

}  // namespace hookflow::pipeline
