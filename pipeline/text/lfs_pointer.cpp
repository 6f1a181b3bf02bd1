#include "pipeline/text/lfs_pointer.hpp"

#include <fstream>
#include <string>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {

void refuse_lfs_pointer(const std::filesystem::path& path) {
  const std::string start = "version https://git-lfs.github.com/spec/";
  if (!std::filesystem::is_regular_file(path)) return;  // what a pipe gives can be read once
  std::string text(start.size(), '\0');
  std::ifstream(path, std::ios::binary).read(text.data(), static_cast<std::streamsize>(text.size()));
  if (text == start)
    throw InputError(path.string() +
                     ": is a Git LFS pointer, not the file itself; run `git lfs pull` where it was cloned");
}

}  // namespace hookflow::pipeline
