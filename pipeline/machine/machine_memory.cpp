#include "pipeline/machine/machine_memory.hpp"

#include <algorithm>
#include <optional>
#include <unistd.h>

#include "pipeline/machine/control_groups.hpp"

namespace hookflow::pipeline {

double machine_memory(const std::filesystem::path& root) {
  const double bytes =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  const std::optional<GroupLimit> limit = memory_limit(root);
  return limit ? std::min(bytes, limit->value) : bytes;
}

}  // namespace hookflow::pipeline
