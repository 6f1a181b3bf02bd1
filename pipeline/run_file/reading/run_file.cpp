#include "pipeline/run_file/reading/run_file.hpp"

#include <utility>

#include "pipeline/run_file/format/descriptor.hpp"
#include "pipeline/run_file/format/seal.hpp"

namespace hookflow::pipeline {
namespace {

h5::File open_checked(const std::filesystem::path& path, Seal seal) {
  expect_file(path);
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
