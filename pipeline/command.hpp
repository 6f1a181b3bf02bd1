#pragma once
#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace hookflow::pipeline {

namespace exit_code {
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;         // failed while running
inline constexpr int kDifferent = 1;      // of diff
inline constexpr int kUsage = 2;          // wrong usage or workflow
inline constexpr int kInput = 3;          // missing or mismatched input or checkpoint
inline constexpr int kPromptsFailed = 4;  // some prompts failed, the others are done
}  // namespace exit_code

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
