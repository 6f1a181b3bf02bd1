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
  std::function<int(const std::vector<std::string>& arguments)>
      run;  // the exit code; throws for main to tell
};

/// The exit code for what a command throws.
int code_of(const std::exception& error);

bool register_command(Command command);
/// All of them, by name.
std::vector<const Command*> registered_commands();
/// Runs `hookflow arguments...` and prints what it throws. Returns the exit code.
int run_command(const std::vector<std::string>& arguments);

}  // namespace hookflow::pipeline
