#pragma once
#include <filesystem>

namespace hookflow::pipeline {

/// A file in the making: it has a temporary name beside the one it is to have, and is removed unless it is
/// placed.
class NewFile {
 public:
  /// Throws InputError when `path` exists and `overwrite` is false, is a directory, or is being written.
  /// Clears away what a killed process left of an earlier attempt.
  NewFile(std::filesystem::path path, bool overwrite);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
  /// Gives the file its name at once, and makes that durable. What is already durable in the file stays so.
  void place();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  bool overwrite_;
  bool placed_ = false;
};

}  // namespace hookflow::pipeline
