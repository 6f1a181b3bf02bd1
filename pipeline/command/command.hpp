#pragma once
#include <exception>
#include <functional>
#include <map>
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
};

/// The exit code for what a command throws.
int code_of(const std::exception& error);

bool register_command(Command command);
/// All of them, by name.
const std::map<std::string, Command>& registered_commands();
/// Runs `hookflow arguments...` and prints what it throws. Returns the exit code.
int run_command(const std::vector<std::string>& arguments);

}  // namespace hookflow::pipeline
