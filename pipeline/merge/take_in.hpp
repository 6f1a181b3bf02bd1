#pragma once
#include <atomic>
#include <cstddef>
#include <vector>

#include "pipeline/plan/planner.hpp"
#include "pipeline/run_file/marks/damage.hpp"
#include "pipeline/run_file/store/run_store.hpp"
#include "pipeline/shards/shard_file.hpp"

namespace hookflow::pipeline {

/// Copies what a shard has done, or what has failed in it, into the whole file, unless that has it: each part
/// is compared with its checksum first, and what is damaged is left out. It is committed when the next shard
/// comes, and every few hundred MiB. Reads a few MiB at a time. Stops early when `stop` becomes true. Returns
/// what is damaged; throws Stopped.
Damage take_in(const ShardFile& shard, const RunLayout& layout, RunStore& whole,
               const std::atomic<bool>& stop);

}  // namespace hookflow::pipeline
