// A second signal ends the process there and then, with words that were made before, and waits for nobody.
#include "pipeline/session/stop_signals.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

struct Ending {
  int code = -1;
  std::string said;
};

enum class Reader { there, gone, asleep };  // asleep: the pipe is full already

/// A process that gets `first` and then `second`, with a pipe as its stderr.
Ending end_by(int first, int second, Reader reader = Reader::there) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  if (reader == Reader::asleep) {
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (::write(ends[1], "x", 1) == 1) continue;
    ::fcntl(ends[1], F_SETFL, 0);
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    ::dup2(ends[1], STDERR_FILENO);
    if (reader == Reader::gone) ::close(ends[0]);
    StopSignals::prepare_farewell([](int) { return std::string("too early\n"); });
    StopSignals::prepare_farewell([](int code) { return "farewell " + std::to_string(code) + "\n"; });
    StopSignals::install();
    ::raise(first);
    if (StopSignals::number() != first || !StopSignals::requested()) ::_exit(99);
    ::raise(second);
    ::_exit(98);
  }
  ::close(ends[1]);
  if (reader == Reader::gone) ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  Ending ending;
  ending.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  std::array<char, 64> bytes{};
  if (reader == Reader::there) {
    const ssize_t got = ::read(ends[0], bytes.data(), bytes.size());
    ending.said.assign(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  if (reader != Reader::gone) ::close(ends[0]);
  return ending;
}

TEST(SecondSignal, EndsWithItsCodeAndTheLastWordsPrepared) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Ending ending = end_by(signal, signal);
    EXPECT_EQ(ending.code, 128 + signal);
    EXPECT_EQ(ending.said, "farewell " + std::to_string(128 + signal) + "\n");
  }
  EXPECT_EQ(end_by(SIGINT, SIGTERM).code, 143);
}

TEST(SecondSignal, EndsThoughNobodyReadsWhatItSays) {
  EXPECT_EQ(end_by(SIGINT, SIGINT, Reader::gone).code, 130);
  EXPECT_EQ(end_by(SIGTERM, SIGTERM, Reader::asleep).code, 143);
}

}  // namespace
}  // namespace hookflow::pipeline
