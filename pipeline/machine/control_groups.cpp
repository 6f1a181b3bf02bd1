#include "pipeline/machine/control_groups.hpp"

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;

/// Where a group's folder has a limit: the first number of the files, divided by the second, if there is one.
struct LimitFiles {
  std::string controller;  // of version 1; empty: version 2
  std::vector<std::string> files;
};

bool has_word(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

/// `max`, and -1 in version 1, stand for no limit.
std::optional<double> read_limit(const fs::path& folder, const LimitFiles& where) {
  std::vector<double> numbers;
  for (const std::string& file : where.files) {
    std::ifstream in(folder / file);
    for (double number = 0; in >> number;) numbers.push_back(number);
  }
  if (numbers.empty()) return std::nullopt;
  const double limit = numbers.size() == 1 ? numbers[0] : numbers[0] / numbers[1];
  return limit > 0 && std::isfinite(limit) ? std::optional(limit) : std::nullopt;
}

/// The group of this process, from a line of /proc/self/cgroup: `4:cpu,cpuacct:/slurm/job_7`, or, of version
/// 2, `0::/slurm/job_7`.
std::optional<fs::path> own_group(const fs::path& root, const std::string& controller) {
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string number, controllers, path;
       std::getline(in, number, ':') && std::getline(in, controllers, ':') && std::getline(in, path);)
    if (controller.empty() ? controllers.empty() : has_word(controllers, controller)) return path;
  return std::nullopt;
}

/// A line of /proc/self/mountinfo: `34 31 0:29 /docker/c1 /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu`.
struct Mount {
  std::string group;  // that is seen
  std::string place;  // where
  std::string type;
  std::string options;
  [[nodiscard]] bool shows(const std::string& controller) const {
    return controller.empty() ? type == "cgroup2" : type == "cgroup" && has_word(options, controller);
  }
};

Mount read_mount(const std::string& line) {
  std::istringstream words(line);
  Mount mount;
  std::string word;
  words >> word >> word >> word >> mount.group >> mount.place;
  while (words >> word && word != "-") continue;
  words >> mount.type >> word >> mount.options;
  return mount;
}

/// The folders of the groups that this process is in, as far as they are mounted. A container may see none of
/// those above its own, and know its own by a name from outside: it then sees that one alone.
std::vector<fs::path> group_folders(const fs::path& root, const std::string& controller) {
  std::vector<fs::path> folders;
  const std::optional<fs::path> group = own_group(root, controller);
  if (!group) return folders;
  std::ifstream mounts(root / "proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    const Mount mount = read_mount(line);
    if (!mount.shows(controller)) continue;
    folders.push_back(root / fs::path(mount.place).relative_path());
    const fs::path below = group->lexically_relative(mount.group);
    if (below.empty() || *below.begin() == "." || *below.begin() == "..") continue;
    for (const fs::path& name : below) folders.push_back(folders.back() / name);
  }
  return folders;
}

std::optional<GroupLimit> least_limit(const fs::path& root, const std::vector<LimitFiles>& places) {
  std::optional<GroupLimit> least;
  for (const LimitFiles& where : places)
    for (const fs::path& folder : group_folders(root, where.controller)) {
      const std::optional<double> limit = read_limit(folder, where);
      if (limit && (!least || *limit < least->value))
        least = GroupLimit{*limit, folder / where.files.front()};
    }
  return least;
}

}  // namespace

std::optional<GroupLimit> cpu_limit(const fs::path& root) {
  return least_limit(root, {{"", {"cpu.max"}}, {"cpu", {"cpu.cfs_quota_us", "cpu.cfs_period_us"}}});
}

std::optional<GroupLimit> memory_limit(const fs::path& root) {
  return least_limit(root, {{"", {"memory.max"}}, {"memory", {"memory.limit_in_bytes"}}});
}

}  // namespace hookflow::pipeline
