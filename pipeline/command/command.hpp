#pragma once
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/exit_code.hpp"

namespace hookflow::pipeline {

/// A word after `hookflow`.
struct Command {
  std::string name;
  std::string summary;
  /// Returns the exit code; what it throws, run_command() prints.
  std::function<int(const std::vector<std::string>& arguments)> run;
  bool hidden = false;  // for programs, not people: listed nowhere
};

/// What may stand in a command's place, with what it does.
struct ProgramOption {
  std::string name;
  std::string summary;
};
const std::vector<ProgramOption>& program_options();

/// The exit code for what a command throws.
int code_of(const std::exception& error);

bool register_command(Command command);
/// Those that are not hidden, by name.
std::vector<const Command*> registered_commands();
/// The command of that name, hidden or not, or nullptr.
const Command* find_command(const std::string& name);
/// Runs `hookflow arguments...` and prints what it throws. Returns the exit code.
int run_command(const std::vector<std::string>& arguments);

}  // namespace hookflow::pipeline
