#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "pipeline/shards/share.hpp"

namespace hookflow::pipeline {

/// What launchers say to a process that they start: values by the names of environment variables.
using LauncherVariables = std::map<std::string, std::string, std::less<>>;

/// Those of this process; an empty one counts as not set.
LauncherVariables launcher_variables();

/// The share of this process, and what says so.
struct LaunchedShare {
  Share share;
  std::string told_by;  // as "SLURM_ARRAY_TASK_ID=3"
};

/// For `--shard auto`, where `shards` is --shards: the share that a launcher gave this process.
///
/// A Slurm array comes first. Without `shards` it must be whole and begin at 0 or 1, as only then it says how
/// many shards there are, and its first task is shard 1. With `shards` a task's id is its shard's number,
/// from 1: of an array that began at 0, tasks that are submitted again by their ids could not be told from
/// those of one that began at 1, so such an array is refused. Then come MPI's launchers, as what mpirun
/// starts in a Slurm job also has the variables of the job; then Slurm's tasks, and indexed jobs of
/// Kubernetes.
///
/// Throws UsageError where no launcher is found, or what it says is unclear or disagrees with `shards`.
/// Sources: sbatch(1) and srun(1), "OUTPUT ENVIRONMENT VARIABLES"; Open MPI, "Environment variables set for
/// MPI applications"; MPICH, hydra (PMI-1); Kubernetes, batch/v1 Job, completionMode Indexed.
LaunchedShare share_of_launcher(std::optional<std::size_t> shards,
                                const LauncherVariables& variables = launcher_variables());

}  // namespace hookflow::pipeline
