#pragma once
#include <atomic>
#include <cstddef>

#include "pipeline/run_file/checks/damage.hpp"
#include "pipeline/run_file/store/run_store.hpp"
#include "pipeline/shards/shard_file.hpp"

namespace hookflow::pipeline {

/// How much is taken in between commits.
struct CommitEvery {
  std::size_t bytes = std::size_t{1} << 28;
  std::size_t parts = std::size_t{1} << 20;
};

/// Copies what shards have done, or what has failed in them, into the whole file, unless that has it: each
/// part is compared with its checksum first, and what is damaged is left out. It commits every few hundred
/// MiB, and reads some MiB at a time.
class Intake {
 public:
  /// It ends early when `stop` becomes true.
  Intake(RunStore& whole, const std::atomic<bool>& stop, CommitEvery commit_every = {})
      : whole_(whole), stop_(stop), commit_every_(commit_every) {}
  /// Returns what is damaged. What was taken last waits for the next commit. Throws Stopped.
  Damage take(const ShardFile& shard);

 private:
  class OfShard;
  void count(std::size_t bytes, std::size_t parts);  // that were taken

  RunStore& whole_;
  const std::atomic<bool>& stop_;
  CommitEvery commit_every_;
  std::size_t bytes_ = 0;  // since the last commit
  std::size_t parts_ = 0;
};

}  // namespace hookflow::pipeline
