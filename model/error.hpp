#pragma once
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace hookflow {

/// Input data (a model, a prompt, a file) that is missing, malformed or not supported; the message names the
/// place, the value and the rule.
struct ModelError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a model need not have is not there.
struct NotThere : ModelError {
  using ModelError::ModelError;
};

/// A name that is none of those that are known. The message is `problem` and `rest`; whoever shows it may
/// suggest one of the known names in between.
struct UnknownName : ModelError {
  UnknownName(std::string what_is_wrong, std::string what_follows, std::string wanted,
              std::vector<std::string> those_known)
      : ModelError(what_is_wrong + what_follows),
        problem(std::move(what_is_wrong)),
        rest(std::move(what_follows)),
        name(std::move(wanted)),
        known(std::move(those_known)) {}
  std::string problem;
  std::string rest;
  std::string name;
  std::vector<std::string> known;
};

}  // namespace hookflow
