#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/command/options.hpp"
#include "pipeline/session/run_session.hpp"

/// What the commands `run` and `resume` share.
namespace hookflow::pipeline {

void add_session_options(Options& options);
/// Throws UsageError for values that are out of range or exclude each other.
SessionOptions session_options(const Options& options);

/// The file that a plan is run into.
struct Target {
  std::filesystem::path path;
  bool resume = false;                    // goes on with the file where there is one
  bool overwrite = false;                 // replaces it
  std::vector<std::string> command_line;  // kept in a new file
};

/// Makes or opens the file, runs what is pending and prints the file's name. Returns the exit code.
int execute(Plan& plan, const Target& target, SessionOptions options);

/// Runs `action`. What it throws is told as JSON where the style asks for that; else it is thrown on.
int guarded(ProgressStyle style, const std::function<int()>& action);

}  // namespace hookflow::pipeline
