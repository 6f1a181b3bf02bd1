#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/plan/planner.hpp"
#include "pipeline/run_file/store/new_file.hpp"
#include "pipeline/session/run_session.hpp"

namespace hookflow::pipeline {

/// The file that a plan is run into.
struct Target {
  std::filesystem::path path;
  bool resume = false;                    // goes on with the file where there is one
  bool overwrite = false;                 // replaces it
  std::vector<std::string> command_line;  // kept in a new file
  Attributes provenance{};                // so is this, beside what every run keeps
  Identity built_on{};                    // belongs to the run's identity
  std::optional<NewFile> place = {};      // of a new file, once that is claimed

  /// Claims the place of a new file, unless there is one to go on with: the sooner, the sooner another run
  /// into the same file is told. Throws InputError as NewFile does.
  void claim() {
    if (!place && !(resume && std::filesystem::exists(path))) place.emplace(path, overwrite);
  }
};

/// Makes or opens the file, runs what is pending and prints the file's name. Returns the exit code.
int execute(PlannedRun planned, Target target, const SessionOptions& options);

}  // namespace hookflow::pipeline
