#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace hookflow::pipeline {

/// What another program did.
struct ChildOutcome {
  bool started = false;  // false: there is no such program
  int code = -1;         // its exit code; of one that a signal ended, 128 and the signal
  std::string out;
  std::string err;
};

/// Runs a program that is found as a shell finds it, without a shell, and waits for its end. `words` are its
/// name and its arguments. Throws std::runtime_error where the system has no room for it.
ChildOutcome run_child(const std::vector<std::string>& words, std::string_view input);

}  // namespace hookflow::pipeline
