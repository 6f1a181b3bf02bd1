#include <stdlib.h>
#include <thread>

#include "tests/support/cli.hpp"

// A run has as many threads as the launcher gives, and says so where that is not simply all cores.

namespace hookflow::test {
namespace {

class CliThreads : public Cli {
 protected:
  void SetUp() override { write("sweep.yaml", kSweep); }
  void TearDown() override { ::unsetenv("SLURM_CPUS_PER_TASK"); }
  static void given(const std::string& cpus) { ::setenv("SLURM_CPUS_PER_TASK", cpus.c_str(), 1); }
  static void expect_in(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << "no \"" << part << "\" in: " << text;
  }
};

TEST_F(CliThreads, AreThoseThatSlurmGives) {
  if (std::thread::hardware_concurrency() == 1) GTEST_SKIP() << "one core: nothing can be fewer";
  given("1");
  const std::string dry = succeed({"run", "sweep.yaml", "--dry-run"});
  expect_in(dry, "at most, on 1 thread;");
  expect_in(dry, "\nthreads         1, bounded by SLURM_CPUS_PER_TASK\n");
  expect_in(run({"run", "sweep.yaml"}).err,
            "hookflow: on 1 thread, bounded by SLURM_CPUS_PER_TASK; --threads takes another number\n");
  expect_in(run({"run", "sweep.yaml", "--force", "--json"}).err,
            R"({"event":"threads","count":1,"bound_by":"SLURM_CPUS_PER_TASK"})");
  EXPECT_EQ(run({"run", "sweep.yaml", "--force", "--quiet"}).err, "");
}

TEST_F(CliThreads, AreThoseOfTheOptionWhateverIsGiven) {
  for (const std::string cpus : {"1", "abc"}) {
    given(cpus);
    const Outcome dry = run({"run", "sweep.yaml", "--dry-run", "--threads", "3"});
    expect_in(dry.out, "at most, on 3 threads;");
    EXPECT_EQ(dry.out.find("bounded by"), std::string::npos) << dry.out;
    EXPECT_EQ(dry.err, "");
  }
}

TEST_F(CliThreads, WhatIsNoNumberOfCpusIsToldAndNotCounted) {
  given("abc");
  const std::string rule = "SLURM_CPUS_PER_TASK is 'abc'; must be a whole number from 1; it is not counted";
  expect_in(run({"run", "sweep.yaml"}).err, "hookflow: warning: " + rule + "\n");
  EXPECT_EQ(lines_of(succeed({"inspect", "sweep.h5", "warnings"})).size(), 1U) << "it is none of the run's";
  const Outcome resumed = run({"resume", "sweep.h5", "--json"});
  EXPECT_EQ(resumed.code, 0);
  expect_in(resumed.err, R"("message":")" + rule);
}

}  // namespace
}  // namespace hookflow::test
