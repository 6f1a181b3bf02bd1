#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/cli.hpp"

// A shared file system without locks, such as some NFS: all works, but nothing keeps two processes apart.

namespace hookflow::test {
namespace {

class NoLocks : public Cli {
 protected:
  NoLocks() {
    write("p.jsonl", prompt_lines(12));
    write("w.yaml", sweep_over("p.jsonl"));
    succeed({"run", "w.yaml", "--quiet", "--out", "one.h5"});
    ::setenv("LD_PRELOAD", HOOKFLOW_NO_LOCKS, 1);  // of the programs that this one starts
  }
  ~NoLocks() override {
    for (const char* name : {"LD_PRELOAD", "HDF5_USE_FILE_LOCKING"}) ::unsetenv(name);
  }
};

TEST_F(NoLocks, ShardsAreRunAndMerged) {
  for (const char* locking : {"", "TRUE", "BEST_EFFORT", "FALSE"}) {
    ::setenv("HDF5_USE_FILE_LOCKING", locking, 1);
    for (const std::string share : {"1/2", "2/2", "2/2"})
      succeed({"run", "w.yaml", "--quiet", "--shard", share, "--resume"});
    succeed({"merge", "all.h5", "sweep.1-of-2.h5", "sweep.2-of-2.h5"});
    succeed({"diff", "one.h5", "all.h5"});
    succeed({"run", "w.yaml", "--quiet", "--out", "all.h5", "--force"});
    succeed({"diff", "one.h5", "all.h5"});
    for (const char* file : {"all.h5", "sweep.1-of-2.h5", "sweep.2-of-2.h5"})
      EXPECT_TRUE(std::filesystem::remove(folder.path() / file));
  }
}

}  // namespace
}  // namespace hookflow::test
