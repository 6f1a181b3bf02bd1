#include "pipeline/machine/machine_memory.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(MachineMemory, IsNoMoreThanTheMachineHas) {
  EXPECT_GT(machine_memory(), 1e6);
  EXPECT_LE(machine_memory(),
            static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE)));
}

}  // namespace
}  // namespace hookflow::pipeline
