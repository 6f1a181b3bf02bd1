#pragma once
#include <string>
#include <vector>

namespace hookflow::pipeline {

/// A variable of the environment that the program reads.
struct EnvironmentVariable {
  std::string name;
  std::string meaning;
};

/// Those that this room reads; the subject's own come on top.
inline std::vector<EnvironmentVariable> own_environment() {
  return {
      {"XDG_CACHE_HOME", "where caches are, instead of ~/.cache: hashes of large files are remembered there"},
      {"HOME", "the user's folder"},
      {"HOOKFLOW_VEGA",
       "a folder with vega, vega-lite and vega-embed, which draw figures, instead of the installed one"},
      {"SLURM_CPUS_PER_TASK",
       "how many CPUs Slurm gives: a run has no more threads, unless --threads says so"},
      {"SLURM_ARRAY_TASK_ID", "for --shard auto: which task of a Slurm array this is"},
      {"SLURM_ARRAY_TASK_MIN", "the same array's first task"},
      {"SLURM_ARRAY_TASK_MAX", "its last task"},
      {"SLURM_ARRAY_TASK_COUNT", "how many tasks it has; fewer than from first to last: it is not whole"},
      {"OMPI_COMM_WORLD_RANK", "for --shard auto: which process of Open MPI's mpirun this is, from 0"},
      {"OMPI_COMM_WORLD_SIZE", "how many there are"},
      {"PMI_RANK", "for --shard auto: which process of MPICH's or Intel's mpiexec this is, from 0"},
      {"PMI_SIZE", "how many there are"},
      {"SLURM_PROCID", "for --shard auto: which task of srun this is, from 0"},
      {"SLURM_NTASKS", "how many there are"},
      {"SLURM_JOB_ID", "with SLURM_STEP_ID: whether srun started this process, or Slurm the job's script"},
      {"SLURM_STEP_ID", "which srun of the job this is; none in the job's script"},
      {"JOB_COMPLETION_INDEX", "for --shard auto: which pod of an indexed job of Kubernetes this is, from 0"},
      {"NO_COLOR", "if set, the terminal is written to without colours"},
      {"TERM", "if it is dumb, the same"}};
}

}  // namespace hookflow::pipeline
