#pragma once
#include <exception>
#include <stdexcept>
#include <string>

namespace hookflow::pipeline {

/// A wrong command line or workflow: exit code 2. Several problems may stand in one message, a line each.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Input or a checkpoint that is missing or does not match: exit code 3.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Why one prompt has no result: thrown by a stage, stored with the prompt, and the others go on.
struct PromptFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Thrown inside a task that was told to stop; whoever told it catches this.
struct Stopped : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return "stopped"; }
};

}  // namespace hookflow::pipeline
