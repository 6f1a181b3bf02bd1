#include "pipeline/run_file/reading/run_file.hpp"

#include <system_error>
#include <utility>

#include "pipeline/run_file/format/seal.hpp"

namespace hookflow::pipeline {
namespace {

h5::File open_checked(const std::filesystem::path& path, Seal seal) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown))
    throw InputError(path.string() + ": no such run file");
  if (seal == Seal::checked) check_seal(path);
  return blame_file(path.string(), [&] {
    h5::File file = h5::File::open(path, false);
    check_format(file, path.string());
    return file;
  });
}

}  // namespace

RunFile::RunFile(std::filesystem::path path, Seal seal)
    : path_(std::move(path)), file_(open_checked(path_, seal)) {}

}  // namespace hookflow::pipeline
