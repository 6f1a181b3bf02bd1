#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hookflow::pipeline {

struct MergeOptions {
  bool mixed = false;                // shards of different kernels, too
  std::optional<std::string> model;  // where it is now
  std::size_t threads = 1;
  std::vector<std::string> command_line;
};

struct Merged {
  int code = 0;      // the exit code
  std::string next;  // what completes the file; empty: it is complete
};

/// Makes the whole run's file, or goes on with it, takes in what each shard has done, each part compared with
/// its checksum, and runs what aggregates all prompts once they are all there. Says on stderr what is
/// missing. Killed at any moment it leaves a file that it goes on with. Throws UsageError and InputError for
/// shards that are none, or do not belong together.
Merged merge_shards(const std::filesystem::path& out, const std::vector<std::string>& shards,
                    const MergeOptions& options);

}  // namespace hookflow::pipeline
