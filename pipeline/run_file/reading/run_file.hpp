#pragma once
#include <filesystem>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"

namespace hookflow::pipeline {

/// Whether a file that is not as its seal says is refused, or read unchecked.
enum class Seal { checked, ignored };

/// A run file that is open for reading; its seal is checked once, before HDF5 reads it. Where only one thing
/// is read of a file, its path is enough.
class RunFile {
 public:
  /// Throws InputError for a file that is missing, damaged, or not hookflow's.
  RunFile(std::filesystem::path path, Seal seal = Seal::checked);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// What `read` makes of the file. Throws InputError when HDF5 cannot read it.
  template <class Read>
  auto read(const Read& read) const {
    return blame_file(path_.string(), [&] { return read(file_); });
  }

 private:
  std::filesystem::path path_;
  h5::File file_;
};

}  // namespace hookflow::pipeline
