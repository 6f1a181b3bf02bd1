#pragma once
#include <string_view>

namespace hookflow::pipeline {

inline constexpr const char* kCheckpointGroup = "checkpoint";
inline constexpr const char* kHistoryGroup = "history";
inline constexpr const char* kSealGroup = "seal";
/// A group that no stage and no input fills.
inline bool is_own_group(std::string_view name) {
  return name == kCheckpointGroup || name == kHistoryGroup || name == kSealGroup;
}
inline constexpr const char* kPromptRows = "prompt_rows";  // in the checkpoint: the prompts in JSON

}  // namespace hookflow::pipeline
