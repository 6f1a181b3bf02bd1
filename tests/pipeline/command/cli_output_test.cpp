// Where a run's file may be written, and what becomes of two runs that want the same one.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <utility>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;

class Output : public Cli {
 protected:
  Output() { write("w.yaml", kSweep); }

  /// The process that ends first, and the other.
  static std::pair<pid_t, pid_t> in_order(pid_t one, pid_t other) {
    siginfo_t ended{};
    ::waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT);
    return ended.si_pid == one ? std::pair(one, other) : std::pair(other, one);
  }
};

TEST_F(Output, IsNeverWrittenOverWhatIsNoRunFile) {
  write("notes.txt", "precious");
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  fs::create_directory(folder.path() / "folder");
  for (const std::string name : {"w.yaml", "notes.txt", "pipe", "folder", "/dev/null", "/dev/stderr"}) {
    const Words words = {"run", "w.yaml", "--out", name};
    refuse(words, 3, {name + ": "});
    refuse({"run", "w.yaml", "--out", name, "--force"}, 3, {name + ": "});
  }
  EXPECT_EQ(read_file(folder.path() / "w.yaml"), kSweep);
  EXPECT_EQ(read_file(folder.path() / "notes.txt"), "precious");
  EXPECT_TRUE(fs::is_fifo(folder.path() / "pipe"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(Output, GoesThroughALink) {
  fs::create_directory(folder.path() / "big");
  fs::create_symlink("big/r.h5", folder.path() / "link.h5");
  succeed({"run", "w.yaml", "--out", "link.h5", "--quiet"});
  succeed({"run", "w.yaml", "--out", "link.h5", "--quiet", "--force"});
  EXPECT_TRUE(fs::is_symlink(folder.path() / "link.h5"));
  succeed({"inspect", "big/r.h5"});
}

// The winner has more to do than the other needs to find it at work.
TEST_F(Output, OfTwoRunsThatStartAtOnceBelongsToOne) {
  write("p.jsonl", prompt_lines(1500));
  write("long.yaml", sweep_over("p.jsonl"));
  for (int round = 0; round < 12; ++round) {
    const bool is_there = round % 2 == 1;
    const std::string option = is_there ? "--force" : round % 4 == 0 ? "--resume" : "--quiet";
    fs::remove(folder.path() / "x.h5");
    if (is_there) succeed({"run", "w.yaml", "--out", "x.h5", "--quiet"});
    const Words words = {"run", "long.yaml", "--out", "x.h5", "--commit-every", "0", option};
    const pid_t one = start(words);
    const auto [lost, won] = in_order(one, start(words));
    const Outcome loser = wait_for(lost);
    EXPECT_EQ(loser.code, 3) << loser.err;
    EXPECT_NE(loser.err.find("x.h5: is in use"), std::string::npos) << loser.err;
    ::kill(won, SIGKILL);
    EXPECT_EQ(wait_for(won).code, -SIGKILL) << "was at work";
    if (HasFailure()) return;
  }
  succeed({"run", "w.yaml", "--out", "x.h5", "--quiet", "--force"});
  EXPECT_EQ(folder.names(), Words({"long.yaml", "p.jsonl", "w.yaml", "x.h5"}));
}

}  // namespace
}  // namespace hookflow::test
