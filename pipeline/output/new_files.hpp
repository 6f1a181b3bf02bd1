#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <vector>

namespace hookflow::pipeline {

/// Files that are made anew for other programs to read: all of them appear whole, or none does. They are
/// written under temporary names beside their own, which are removed unless they are placed.
class NewFiles {
 public:
  /// A link is followed, and stays. Throws InputError, a line a path, for a folder that is not there, for
  /// what stands there already unless it may be replaced, and for what is never replaced: a run file, and
  /// what is no file of bytes, such as a device.
  NewFiles(const std::vector<std::filesystem::path>& paths, bool replace);
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  ~NewFiles();

  /// Throws what `print` throws, and std::runtime_error when the file cannot be written.
  void write(std::size_t file, const std::function<void(std::ostream&)>& print);
  /// Gives the files, all of which are written, their names.
  void place();

 private:
  struct File {
    std::filesystem::path path;       // as given, for messages
    std::filesystem::path target;     // where links lead from there
    std::filesystem::path temporary;  // empty: not made, or placed
  };
  std::vector<File> files_;
};

}  // namespace hookflow::pipeline
