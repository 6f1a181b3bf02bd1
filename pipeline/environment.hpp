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
      {"NO_COLOR", "if set, the terminal is written to without colours"},
      {"TERM", "if it is dumb, the same"}};
}

}  // namespace hookflow::pipeline
