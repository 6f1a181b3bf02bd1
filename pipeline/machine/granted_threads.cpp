#include "pipeline/machine/granted_threads.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <sched.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "pipeline/text/columns.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kSlurm = "SLURM_CPUS_PER_TASK";

/// How many CPUs this process may run on; all, where the system does not say.
std::size_t allowed_cpus(std::size_t cores) {
  for (std::size_t most = 1024; most <= (std::size_t{1} << 20); most *= 2) {
    std::vector<cpu_set_t> set(most / CPU_SETSIZE);
    const std::size_t bytes = set.size() * sizeof(cpu_set_t);
    if (::sched_getaffinity(0, bytes, set.data()) == 0)
      return static_cast<std::size_t>(CPU_COUNT_S(bytes, set.data()));
  }
  return cores;
}

/// None where it is no whole number from 1.
std::optional<std::size_t> cpus_in(const std::string& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

}  // namespace

CpuGrants cpu_grants() {
  CpuGrants grants;
  grants.cores = static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  grants.allowed = allowed_cpus(grants.cores);
  grants.group = cpu_limit();
  if (const char* slurm = std::getenv(kSlurm); slurm != nullptr && *slurm != '\0') grants.slurm = slurm;
  return grants;
}

GrantedThreads granted_threads(const CpuGrants& grants) {
  GrantedThreads granted{std::max<std::size_t>(1, grants.cores), "", {}};
  const auto bound = [&granted](std::size_t count, const std::string& by) {
    if (count < granted.count) granted = {count, by, std::move(granted.warnings)};
  };
  if (grants.slurm) {
    if (const std::optional<std::size_t> cpus = cpus_in(*grants.slurm)) {
      bound(*cpus, kSlurm);
    } else {
      const std::string value = cut_to_columns(one_line(*grants.slurm), 40);
      granted.warnings.push_back(
          {"", "", "not a number of CPUs",
           std::string(kSlurm) + " is '" + value + "'; must be a whole number from 1; it is not counted"});
    }
  }
  bound(std::max<std::size_t>(1, grants.allowed), "the CPUs that this process may run on");
  if (grants.group && grants.group->value < static_cast<double>(granted.count))
    bound(static_cast<std::size_t>(std::ceil(grants.group->value)),
          grants.group->file.string() + " (" + shown_number(grants.group->value) +
              (grants.group->value == 1 ? " CPU)" : " CPUs)"));
  return granted;
}

}  // namespace hookflow::pipeline
