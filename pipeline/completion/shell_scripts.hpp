#pragma once
#include <string>
#include <vector>

namespace hookflow::pipeline {

/// What makes a shell complete `hookflow`.
struct ShellScript {
  std::string shell;
  std::string text;
};

/// Both ask `hookflow complete` what may come next, so neither knows a command.
const std::vector<ShellScript>& shell_scripts();

}  // namespace hookflow::pipeline
