#pragma once
#include <string_view>

/// Names that a run file needs for itself. What a stage stores is a group with the stage's name.
namespace hookflow::pipeline {

inline constexpr const char* kCheckpointGroup = "checkpoint";
inline constexpr const char* kHistoryGroup = "history";
inline constexpr const char* kSealGroup = "seal";
inline constexpr const char* kStatusGroup = "status";
inline constexpr const char* kWarningsGroup = "warnings";

/// A group that no stage and no input fills.
inline bool is_own_group(std::string_view name) {
  return name == kCheckpointGroup || name == kHistoryGroup || name == kSealGroup || name == kStatusGroup ||
         name == kWarningsGroup;
}
/// A name that no stage may have: of those groups, of the inputs' group, and of the stages before any expand,
/// whose marks stand beside those of a stage that expands.
inline bool is_reserved(std::string_view stage) {
  return is_own_group(stage) || stage == "prompts" || stage == "items";
}

}  // namespace hookflow::pipeline
