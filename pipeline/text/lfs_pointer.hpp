#pragma once
#include <filesystem>

namespace hookflow::pipeline {

/// Git LFS puts a short text in the place of a large file until that is fetched. Throws InputError for one.
void refuse_lfs_pointer(const std::filesystem::path& path);

}  // namespace hookflow::pipeline
