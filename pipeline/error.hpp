#pragma once
#include <stdexcept>
#include <string>
#include <vector>

namespace hookflow::pipeline {

/// A wrong command line or workflow: exit code 2. Several problems may stand in one message, a line each.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Input or a checkpoint that is missing or does not match: exit code 3.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace hookflow::pipeline
