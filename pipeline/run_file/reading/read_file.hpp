#pragma once
#include <filesystem>
#include <system_error>

#include "pipeline/error.hpp"
#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/root.hpp"
#include "pipeline/run_file/format/seal.hpp"

namespace hookflow::pipeline {

/// What `read` makes of a run file. What HDF5 finds wrong in it is the file's fault here, not the program's:
/// an InputError.
template <class Read>
auto read_file(const std::filesystem::path& path, const Read& read) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown))
    throw InputError(path.string() + ": no such run file");
  check_seal(path);
  try {
    const h5::File file = h5::File::open(path, false);
    check_format(file, path.string());
    return read(file);
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    throw damaged(path.string(), error);
  }
}

}  // namespace hookflow::pipeline
