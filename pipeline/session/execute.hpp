#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/engine/planner.hpp"
#include "pipeline/session/run_session.hpp"

namespace hookflow::pipeline {

/// The file that a plan is run into.
struct Target {
  std::filesystem::path path;
  bool resume = false;                    // goes on with the file where there is one
  bool overwrite = false;                 // replaces it
  std::vector<std::string> command_line;  // kept in a new file
};

/// Makes or opens the file, runs what is pending and prints the file's name. Returns the exit code.
int execute(PlannedRun planned, const Target& target, const SessionOptions& options);

}  // namespace hookflow::pipeline
