#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pipeline/command/options.hpp"

namespace hookflow::pipeline {

/// A command line that is being written, up to the word that the cursor is in.
struct CommandLine {
  std::vector<std::string> positionals;  // that are whole
  std::vector<std::string> options;      // that are given, by name
  std::optional<Argument> wanted;        // whose value the last word is, or begins
  std::string word;                      // the last; of `--name=value` the value; maybe empty
  bool names_option = false;             // it begins an option's name
};

/// `words`: behind the command's name, the last maybe empty. As bash takes them apart at `=`, `--out=x` may
/// also be three words.
CommandLine read_command_line(const CommandPage& page, const std::vector<std::string>& words);

}  // namespace hookflow::pipeline
