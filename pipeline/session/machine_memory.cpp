#include "pipeline/session/machine_memory.hpp"

#include <algorithm>
#include <fstream>
#include <unistd.h>

namespace hookflow::pipeline {

double machine_memory() {
  double bytes =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  // Of version 2 and 1 of control groups; "max" and numbers beyond the machine's stand for no limit.
  for (const char* file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    double limit = 0;
    if (std::ifstream(file) >> limit) bytes = std::min(bytes, limit);
  }
  return bytes;
}

}  // namespace hookflow::pipeline
