// Runs that are killed at random moments, again and again, come to the bits of one that was not.
// HOOKFLOW_KILLS=200 for the long version; HOOKFLOW_SEED for other moments.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

int from_environment(const char* name, int otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::atoi(value);
}

class Killed : public Cli, public testing::WithParamInterface<int> {
 protected:
  Killed() {
    write("w.yaml", sweep_over("p.jsonl"));
    write("p.jsonl", prompt_lines(30));
  }
  [[nodiscard]] fs::path file() const { return folder.path() / "x.h5"; }

  /// Goes on with the file, and kills that after a while. Returns whether it was killed, not done before.
  bool kill_after(std::chrono::microseconds delay) {
    const std::string threads = std::to_string(GetParam());
    Words words = fs::exists(file()) ? Words{"resume", "x.h5"} : Words{"run", "w.yaml", "--out", "x.h5"};

    words.insert(words.end(), {"--quiet", "--threads", threads, "--commit-every", "0.01"});
    const pid_t child = start(words);
    const auto begin = Clock::now();
    const auto ended = [child] {
      siginfo_t info{};
      return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
             info.si_pid != 0;
    };
    while (Clock::now() - begin < delay && !ended())
      std::this_thread::sleep_for(std::min<std::chrono::microseconds>(delay, std::chrono::microseconds(500)));
    ::kill(child, SIGKILL);
    const Outcome outcome = wait_for(child);
    EXPECT_TRUE(outcome.code == 0 || outcome.code == -SIGKILL) << outcome.code << outcome.err;
    return outcome.code == -SIGKILL;
  }
};

TEST_P(Killed, AtRandomMomentsAndResumedEqualsUninterrupted) {
  const auto begin = Clock::now();
  succeed({"run", "w.yaml", "--out", "whole.h5", "--quiet", "--threads", "1"});
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
  const int wanted = (from_environment("HOOKFLOW_KILLS", 25) + 2) / 3;  // of each number of threads
  std::mt19937_64 random(static_cast<std::uint64_t>(from_environment("HOOKFLOW_SEED", 1) + GetParam()));
  int kills = 0;
  int runs = 0;
  std::size_t sessions = 0;
  while (kills < wanted) {
    fs::remove(file());
    for (int of_this_run = 0; of_this_run < 6; ++of_this_run) {
      if (!kill_after(std::chrono::microseconds(random() % static_cast<std::uint64_t>(whole.count())))) break;
      ++kills;
      if (fs::exists(file())) succeed({"inspect", "x.h5"});
    }
    ++runs;
    succeed(fs::exists(file()) ? Words{"resume", "x.h5", "--quiet"}
                               : Words{"run", "w.yaml", "--out", "x.h5", "--quiet"});
    succeed({"diff", "x.h5", "whole.h5"});
    expect_equal_numbers("x.h5", "whole.h5");
    EXPECT_EQ(folder.names(), (Words{"p.jsonl", "w.yaml", "whole.h5", "x.h5"}));
    sessions = std::max(sessions, pipeline::read_run_file(file()).sessions.size());
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(sessions, 1U) << "of " << runs << " runs none was killed while it worked";
}

INSTANTIATE_TEST_SUITE_P(Threads, Killed, testing::Values(1, 2, 7),
                         [](const auto& threads) { return std::to_string(threads.param); });

}  // namespace
}  // namespace hookflow::test
