#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>

#include "pipeline/hash/sha256.hpp"

namespace hookflow::pipeline {

/// How a memory deals with files; tests have other ways.
struct HashWays {
  /// A file that changed within this is not remembered: it may change again within one tick of the clock of
  /// its file system.
  std::chrono::seconds settled{2};
  /// Who waits for another process that hashes a file expects so many bytes a second of it, and no less.
  double slowest = 5e7;
  std::function<std::string(const std::filesystem::path&, const std::stop_token&)> hash =
      pipeline::sha256_file;
};

/// SHA-256 of a file's contents, remembered between runs: a large file is read again only when it is another
/// one than before, by device, inode, size and times of change, as git's index tells changed files. Processes
/// that start together read it once: the others wait for the first.
class HashMemory {
 public:
  /// `folder` is made when first needed; none, or one that cannot be written: nothing is remembered. What
  /// stands in it is believed.
  explicit HashMemory(std::filesystem::path folder, HashWays ways = {})
      : folder_(std::move(folder)), ways_(std::move(ways)) {}
  /// In $XDG_CACHE_HOME/hookflow/sha256, or ~/.cache/hookflow/sha256.
  static HashMemory of_user();

  /// Throws InputError when the file cannot be read, Stopped when it is told to stop.
  [[nodiscard]] std::string sha256_file(const std::filesystem::path& path,
                                        const std::stop_token& stop = {}) const;

 private:
  std::filesystem::path folder_;
  HashWays ways_;
};

}  // namespace hookflow::pipeline
