#pragma once
#include <csignal>
#include <dlfcn.h>
#include <functional>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

/// Kills a process before, or in the middle of, any single write that HDF5 makes to its file. For one source
/// of a program: it stands before the C library.
namespace hookflow::test {

// What HDF5 does to the file, in order: where it writes, and -1 for each wait for the disk.
inline std::vector<off_t> operations;
inline long writes_left = -1;  // until the kill; -1: none
inline bool half = false;      // of the last write gets through

/// Whether a process was killed at that write of `work`; it came to the end instead.
inline bool killed_after(long writes, bool half_of_the_last, const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    writes_left = writes;
    half = half_of_the_last;
    try {
      work();
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

}  // namespace hookflow::test

extern "C" ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t at) {
  using namespace hookflow::test;
  static const auto original = reinterpret_cast<decltype(&pwrite)>(::dlsym(RTLD_NEXT, "pwrite"));
  operations.push_back(at);
  if (writes_left > 0 && --writes_left == 0) {
    if (half) original(descriptor, bytes, count / 2, at);
    ::kill(::getpid(), SIGKILL);
  }
  return original(descriptor, bytes, count, at);
}

extern "C" int fsync(int) {
  hookflow::test::operations.push_back(-1);  // only their order matters: the machine does not stop here
  return 0;
}
