#pragma once
#include <iostream>
#include <string>

#include "pipeline/command/options.hpp"
#include "pipeline/run_file/reading/run_file.hpp"

/// What the commands that read run files share.
namespace hookflow::pipeline {

inline void add_unsealed_option(Options& options) {
  options.add()("unsealed", "read a file that another tool rewrote, without checking it for damage");
}

/// Opens a run file as the options say, and says on stderr when it is unchecked.
inline RunFile open_run_file(const std::string& path, const Options& options) {
  if (!options.has("unsealed")) return RunFile(path);
  std::cerr << "hookflow: " << path
            << ": unchecked, as --unsealed asks: labels, inputs or shapes may be damaged\n";
  return RunFile(path, Seal::ignored);
}

}  // namespace hookflow::pipeline
