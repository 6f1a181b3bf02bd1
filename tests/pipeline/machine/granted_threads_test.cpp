#include "pipeline/machine/granted_threads.hpp"

#include <sched.h>
#include <thread>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

constexpr const char* kCpuSet = "the CPUs that this process may run on";

void expect_granted(const CpuGrants& grants, std::size_t count, const std::string& by) {
  const GrantedThreads granted = granted_threads(grants);
  EXPECT_EQ(granted.count, count);
  EXPECT_EQ(granted.bound_by, by);
  EXPECT_TRUE(granted.warnings.empty());
}

TEST(GrantedThreads, AreAllCoresWhereNothingBoundsThem) {
  expect_granted({8, 8, {}, {}}, 8, "");
  expect_granted({8, 8, GroupLimit{8, "cpu.max"}, "8"}, 8, "");
  expect_granted({8, 16, GroupLimit{64, "cpu.max"}, "99"}, 8, "");
}

TEST(GrantedThreads, AreTheLeastOfWhatIsGranted) {
  expect_granted({8, 8, {}, "3"}, 3, "SLURM_CPUS_PER_TASK");
  expect_granted({8, 2, GroupLimit{4, "cpu.max"}, "3"}, 2, kCpuSet);
  expect_granted({8, 6, GroupLimit{1, "/g/cpu.max"}, "3"}, 1, "/g/cpu.max (1 CPU)");
  expect_granted({8, 2, GroupLimit{2, "cpu.max"}, "2"}, 2, "SLURM_CPUS_PER_TASK");
}

TEST(GrantedThreads, OfAPartOfACpuAreOneMore) {
  expect_granted({8, 8, GroupLimit{1.5, "/g/cpu.max"}, {}}, 2, "/g/cpu.max (1.5 CPUs)");
  expect_granted({8, 8, GroupLimit{0.25, "/g/cpu.max"}, {}}, 1, "/g/cpu.max (0.25 CPUs)");
  expect_granted({2, 2, GroupLimit{1.5, "/g/cpu.max"}, {}}, 2, "");
}

TEST(GrantedThreads, SayWhatIsNoNumberOfCpusAndCountTheOthers) {
  for (const std::string text : {"abc", "0", "-1", "2.5", " 2", "2x", "99999999999999999999999"}) {
    SCOPED_TRACE(text);
    const GrantedThreads granted = granted_threads({8, 4, {}, text});
    EXPECT_EQ(granted.count, 4U);
    EXPECT_EQ(granted.bound_by, kCpuSet);
    ASSERT_EQ(granted.warnings.size(), 1U);
    EXPECT_EQ(to_string(granted.warnings[0]),
              "SLURM_CPUS_PER_TASK is '" + text + "'; must be a whole number from 1; it is not counted");
  }
}

TEST(GrantedThreads, OfThisProcessFollowItsCpuSet) {
  std::thread([] {
    EXPECT_GE(cpu_grants().allowed, 1U);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
    if (::sched_setaffinity(0, sizeof(one), &one) != 0) GTEST_SKIP() << "the system fixes the CPU set";
    EXPECT_EQ(cpu_grants().allowed, 1U);
  }).join();
}

}  // namespace
}  // namespace hookflow::pipeline
