#pragma once
#include <filesystem>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/descriptor.hpp"

namespace hookflow::pipeline {

/// The place of a run file to be made: a path at which nothing stands, or a run file that may be replaced.
/// Nothing else is ever written over. The file is made under a temporary name, and removed unless it is
/// placed.
class NewFile {
 public:
  /// A link is followed, and stays: what it leads to is made or replaced. What is to be replaced is locked
  /// from here on, so that nobody else goes on with it or replaces it. Throws InputError for what is no run
  /// file, is being written, or stands there although `overwrite` is false.
  NewFile(std::filesystem::path path, bool overwrite);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }  // as given, for messages
  [[nodiscard]] std::filesystem::path folder() const;                        // in which the file is made
  /// The file under its temporary name, locked for writing. Clears away what a killed process left of an
  /// earlier attempt.
  h5::File create();
  /// Gives the file its name at once, and makes that durable. What is already durable in the file stays so.
  /// Throws InputError if by now something else stands there.
  void place();

 private:
  void claim(bool overwrite);  // what stands there
  void expect_room() const;    // where nothing does
  [[noreturn]] void refuse_taken() const;

  std::filesystem::path path_;
  std::filesystem::path target_;     // where links lead from there
  std::filesystem::path temporary_;  // empty: not made, or placed
  Descriptor replaced_;              // none: nothing stood there
};

}  // namespace hookflow::pipeline
