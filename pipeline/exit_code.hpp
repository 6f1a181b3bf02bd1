#pragma once
#include <string>
#include <vector>

/// How the program ends.
namespace hookflow::pipeline::exit_code {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;         // failed while running
inline constexpr int kDifferent = 1;      // of diff
inline constexpr int kUsage = 2;          // wrong usage or workflow
inline constexpr int kInput = 3;          // missing or mismatched input or checkpoint
inline constexpr int kPromptsFailed = 4;  // some prompts failed, the others are done
inline constexpr int kWaits = 5;          // done as far as it can be: something else must come first

}  // namespace hookflow::pipeline::exit_code

namespace hookflow::pipeline {

struct ExitCode {
  std::string codes;
  std::string meaning;
};

/// All of them, for the manual.
inline std::vector<ExitCode> exit_codes() {
  return {{"0", "done"},
          {"1", "failed while running; of diff: the files differ"},
          {"2", "wrong usage or workflow"},
          {"3", "missing, damaged or mismatched input or checkpoint"},
          {"4", "some prompts failed, the others are done"},
          {"5", "what comes next waits: shards must be merged, or what is pending resumed, first"},
          {"129, 130, 143", "stopped by a signal: SIGHUP, SIGINT, SIGTERM"}};
}

}  // namespace hookflow::pipeline
