#pragma once
#include <filesystem>
#include <optional>

namespace hookflow::pipeline {

/// The least of the limits of control groups, and the file that sets it.
struct GroupLimit {
  double value = 0;
  std::filesystem::path file;
};

/// Limits of the control groups (cgroups) that this process is in, its own and all above it, of version 2 and
/// 1: what a scheduler or a container grants. Each is none where nothing is limited or can be read. `root` is
/// the folder in which /proc is, and what that names. Source: Linux, Documentation/admin-guide/cgroup-v2.rst
/// and cgroup-v1/.
std::optional<GroupLimit> cpu_limit(const std::filesystem::path& root = "/");     // CPUs, such as 1.5
std::optional<GroupLimit> memory_limit(const std::filesystem::path& root = "/");  // bytes

}  // namespace hookflow::pipeline
