#pragma once
#include <filesystem>

namespace hookflow::pipeline {

/// Bytes of memory that this process may have: the machine's, or what its control groups allow where that is
/// less. `root` as for memory_limit().
double machine_memory(const std::filesystem::path& root = "/");

}  // namespace hookflow::pipeline
