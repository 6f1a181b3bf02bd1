#pragma once
#include <stdexcept>

namespace hookflow {

/// Input data (a model, a prompt, a file) that is missing, malformed or not supported; the message names the
/// place, the value and the rule.
struct ModelError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace hookflow
