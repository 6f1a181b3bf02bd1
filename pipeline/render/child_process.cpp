#include "pipeline/render/child_process.hpp"

#include <array>
#include <cerrno>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace hookflow::pipeline {
namespace {

[[noreturn]] void fail(int code, const std::string& what) {
  throw std::system_error(code, std::generic_category(), what);
}

/// A file in memory: unlike a pipe it takes all that is written while nobody reads.
class MemoryFile {
 public:
  MemoryFile() : number_(::memfd_create("hookflow", MFD_CLOEXEC)) {
    if (number_ < 0) fail(errno, "a file in memory");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(number_); }

  [[nodiscard]] int number() const { return number_; }
  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(number_, text.data(), text.size());
      if (written < 0) fail(errno, "a file in memory");
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    ::lseek(number_, 0, SEEK_SET);
  }
  [[nodiscard]] std::string read() const {
    ::lseek(number_, 0, SEEK_SET);
    std::string text;
    std::array<char, 65536> some{};
    for (ssize_t got = 0; (got = ::read(number_, some.data(), some.size())) > 0;)
      text.append(some.data(), static_cast<std::size_t>(got));
    return text;
  }

 private:
  int number_;
};

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail(errno, "waiting for another program");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ChildOutcome run_child(const std::vector<std::string>& words, std::string_view input) {
  const MemoryFile in;
  const MemoryFile out;
  const MemoryFile err;
  in.write(input);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_adddup2(&streams, in.number(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&streams, out.number(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&streams, err.number(), STDERR_FILENO);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, arguments.front(), &streams, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&streams);
  if (failed == ENOENT || failed == EACCES) return {};
  if (failed != 0) fail(failed, words.front());
  const int code = wait_for(child);
  return {true, code, out.read(), err.read()};
}

}  // namespace hookflow::pipeline
