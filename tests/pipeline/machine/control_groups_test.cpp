#include "pipeline/machine/control_groups.hpp"

#include <gtest/gtest.h>

#include "pipeline/machine/machine_memory.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;

/// A machine of files: /proc and /sys as Linux writes them.
class ControlGroups : public testing::Test {
 protected:
  void file(const std::string& name, const std::string& text) const {
    fs::create_directories((machine_.path() / name).parent_path());
    (void)machine_.write(name, text);
  }
  /// What a process of version 2 sees that is in this group.
  void process_in(const std::string& group) const {
    file("proc/self/cgroup", "0::" + group + "\n");
    file("proc/self/mountinfo",
         "22 1 0:21 / /proc rw,nosuid - proc proc rw\n"
         "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
  }
  /// The same of version 1, whose mounts show the groups from `seen` on.
  void process_of_version_1(const std::string& group, const std::string& seen = "/") const {
    file("proc/self/cgroup", "9:name=systemd:/\n4:memory:" + group + "\n3:cpu,cpuacct:" + group + "\n0::/\n");
    file("proc/self/mountinfo",
         "33 31 0:30 " + seen + " /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" +
             "35 31 0:32 " + seen + " /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  }
  [[nodiscard]] fs::path root() const { return machine_.path(); }
  void expect_cpus(double cpus, const std::string& by) const {
    const std::optional<GroupLimit> limit = cpu_limit(root());
    ASSERT_TRUE(limit);
    EXPECT_DOUBLE_EQ(limit->value, cpus);
    EXPECT_EQ(limit->file, root() / by);
  }

 private:
  TemporaryFolder machine_;
};

TEST_F(ControlGroups, LimitTheProcessThatIsInThem) {
  process_in("/job");
  file("sys/fs/cgroup/job/cpu.max", "150000 100000\n");
  file("sys/fs/cgroup/job/memory.max", "1073741824\n");
  expect_cpus(1.5, "sys/fs/cgroup/job/cpu.max");
  ASSERT_TRUE(memory_limit(root()));
  EXPECT_EQ(memory_limit(root())->value, 1073741824);
  EXPECT_EQ(machine_memory(root()), 1073741824);
}

TEST_F(ControlGroups, AboveOneCountToo) {
  process_in("/slurm/job_7/step_0");
  file("sys/fs/cgroup/slurm/cpu.max", "800000 100000\n");
  file("sys/fs/cgroup/slurm/job_7/cpu.max", "300000 100000\n");
  file("sys/fs/cgroup/slurm/job_7/step_0/cpu.max", "400000 100000\n");
  file("sys/fs/cgroup/other/cpu.max", "1000 100000\n");
  expect_cpus(3, "sys/fs/cgroup/slurm/job_7/cpu.max");
}

TEST_F(ControlGroups, OfVersion1AreReadWhereEachIsMounted) {
  process_of_version_1("/slurm/job_7");
  file("sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_quota_us", "400000\n");
  file("sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_period_us", "100000\n");
  file("sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_quota_us", "-1\n");
  file("sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_period_us", "100000\n");
  file("sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes", "2147483648\n");
  expect_cpus(4, "sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_quota_us");
  EXPECT_EQ(memory_limit(root())->value, 2147483648);
}

TEST_F(ControlGroups, OfAContainerThatSeesItsOwnAlone) {
  for (const std::string seen : {"/docker/c1", "/../..", "/docker/other"}) {
    SCOPED_TRACE(seen);
    process_of_version_1("/docker/c1", seen);
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
    ASSERT_TRUE(memory_limit(root()));
    EXPECT_EQ(memory_limit(root())->value, 536870912);
  }
}

TEST_F(ControlGroups, WithoutALimitHaveNone) {
  EXPECT_FALSE(cpu_limit(root())) << "where there is no /proc";
  EXPECT_GT(machine_memory(root()), 1e6);
  process_in("/job");
  EXPECT_FALSE(cpu_limit(root())) << "where their files are missing";
  for (const std::string text :
       {"max 100000\n", "", "no number", "0 100000", "-1 100000", "100000 0", "\n"}) {
    SCOPED_TRACE(text);
    file("sys/fs/cgroup/job/cpu.max", text);
    file("sys/fs/cgroup/job/memory.max", text.substr(0, text.find(' ')) == "100000" ? "max" : text);
    EXPECT_FALSE(cpu_limit(root()));
    EXPECT_FALSE(memory_limit(root()));
  }
  file("sys/fs/cgroup/job/memory.max", "9223372036854771712\n");
  EXPECT_LT(machine_memory(root()), 1e15) << "a limit beyond the machine's memory";
}

}  // namespace
}  // namespace hookflow::pipeline
