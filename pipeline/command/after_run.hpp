#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "pipeline/command/options.hpp"

namespace hookflow::pipeline {

/// What `run` and `resume` do with their file at the end where an option asks for it, such as a report.
struct AfterRun {
  std::string option;  // its value is a path, and may be left out
  std::string value;   // what it is, as an option's value_name does: `FILE.html`
  std::string doc;
  /// Called before the run, so that what cannot be done is told in time. Returns what to do when it is done.
  std::function<std::function<void()>(const std::filesystem::path& run_file, const std::string& value)>
      prepare;
};

bool register_after_run(AfterRun after);

void add_after_run_options(Options& options);
/// Runs `session`, which returns an exit code, and then what the options ask for: if all prompts were run,
/// though some of them failed.
int run_and_then(const Options& options, const std::filesystem::path& run_file,
                 const std::function<int()>& session);

}  // namespace hookflow::pipeline
