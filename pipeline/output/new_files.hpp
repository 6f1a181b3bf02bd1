#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace hookflow::pipeline {

/// Which files that are there already may be replaced: none, any, or those of a kind.
struct Replaceable {
  bool any = false;
  std::string_view beginning{};  // of the files of the kind; empty: there is no such kind
};

/// Files that are made anew for other programs to read: all of them appear whole, or none does. They are
/// written under temporary names beside their own, which are removed unless they are placed.
class NewFiles {
 public:
  /// A link is followed, and stays. A run file is never replaced; and what is no file of bytes, such as a
  /// pipe or a device, is written to where files of a kind may be replaced, and else is not. Throws
  /// InputError, a line a path, for what may not be written, and for a folder that is not there.
  NewFiles(const std::vector<std::filesystem::path>& paths, const Replaceable& replaceable);
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  ~NewFiles();

  /// Throws what `print` throws, and std::runtime_error when the file cannot be written.
  void write(std::size_t file, const std::function<void(std::ostream&)>& print);
  /// Gives the files, all of which are written, their names.
  void place();

 private:
  struct File {
    std::filesystem::path path;         // as given, for messages
    std::filesystem::path target;       // where links lead from there
    bool is_stream = false;             // written to as it stands
    std::filesystem::path temporary{};  // empty: not made, or placed
  };
  std::vector<File> files_;
};

/// One file of these bytes, as NewFiles writes it.
void write_new_file(const std::filesystem::path& path, std::string_view bytes,
                    const Replaceable& replaceable);

}  // namespace hookflow::pipeline
