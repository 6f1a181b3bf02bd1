#pragma once
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace hookflow::pipeline {

/// Where files that come with the program may be, in order: `share/hookflow/NAME` of the installation that
/// the program is in, and where it was built.
inline std::vector<std::filesystem::path> shipped_folders(const std::string& name, const char* built) {
  std::error_code failed;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  return {program.parent_path().parent_path() / "share/hookflow" / name, built};
}

}  // namespace hookflow::pipeline
