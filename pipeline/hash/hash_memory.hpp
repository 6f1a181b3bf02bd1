#pragma once
#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <utility>

namespace hookflow::pipeline {

/// SHA-256 of a file's contents, remembered between runs: a large file is read again only when it is another
/// one than before, by device, inode, size and times of change, as git's index tells changed files.
class HashMemory {
 public:
  /// `folder` is made when first needed; none, or one that cannot be written: nothing is remembered.
  /// A file that changed within `settled` is not remembered, as it may change again within one tick of the
  /// clock of its file system.
  explicit HashMemory(std::filesystem::path folder, std::chrono::seconds settled = std::chrono::seconds(2))
      : folder_(std::move(folder)), settled_(settled) {}
  /// In $XDG_CACHE_HOME/hookflow/sha256, or ~/.cache/hookflow/sha256.
  static HashMemory of_user();

  /// Throws InputError when the file cannot be read, Stopped when it is told to stop.
  [[nodiscard]] std::string sha256_file(const std::filesystem::path& path,
                                        const std::stop_token& stop = {}) const;

 private:
  std::filesystem::path folder_;
  std::chrono::seconds settled_;
};

}  // namespace hookflow::pipeline
