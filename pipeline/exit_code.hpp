#pragma once

/// How the program ends.
namespace hookflow::pipeline::exit_code {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;         // failed while running
inline constexpr int kDifferent = 1;      // of diff
inline constexpr int kUsage = 2;          // wrong usage or workflow
inline constexpr int kInput = 3;          // missing or mismatched input or checkpoint
inline constexpr int kPromptsFailed = 4;  // some prompts failed, the others are done

}  // namespace hookflow::pipeline::exit_code
