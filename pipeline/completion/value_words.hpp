#pragma once
#include "pipeline/completion/command_line.hpp"
#include "pipeline/completion/completions.hpp"

namespace hookflow::pipeline {

/// What an argument's value may be, by what help calls it: `FILE.h5` and `PICTURE.svg|PICTURE.png` are files
/// by their endings, `stages|models` these words; STAGE, MODEL, WORKFLOW, RESULT and COLUMN=VALUE are names
/// that the program knows, the last two from the run file that is the first argument. Of any other value
/// nothing is known.
Completions value_words(const Argument& argument, const CommandLine& line);

}  // namespace hookflow::pipeline
