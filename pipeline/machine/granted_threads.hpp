#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/machine/control_groups.hpp"
#include "pipeline/values/warning.hpp"

namespace hookflow::pipeline {

/// What says how many CPUs this process may use.
struct CpuGrants {
  std::size_t cores = 1;             // of the machine
  std::size_t allowed = 1;           // that the process may run on: its CPU set
  std::optional<GroupLimit> group;   // of its control groups
  std::optional<std::string> slurm;  // SLURM_CPUS_PER_TASK, as it stands
};
CpuGrants cpu_grants();

/// How many threads a run takes where nobody says.
struct GrantedThreads {
  std::size_t count = 1;
  std::string bound_by;  // as "SLURM_CPUS_PER_TASK"; empty: nothing, and it is all cores
  std::vector<Warning> warnings;
};

/// The least of what is granted, at least one; a limit of 1.5 CPUs is two threads. What is no number of CPUs
/// gives a warning, and the others count.
GrantedThreads granted_threads(const CpuGrants& grants);

}  // namespace hookflow::pipeline
