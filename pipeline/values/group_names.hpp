#pragma once
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

/// Names that a run file needs for itself. What a stage stores is a group with the stage's name.
namespace hookflow::pipeline {

inline constexpr const char* kCheckpointGroup = "checkpoint";
inline constexpr const char* kHistoryGroup = "history";
inline constexpr const char* kSealGroup = "seal";
inline constexpr const char* kShareGroup = "share";
inline constexpr const char* kStatusGroup = "status";
inline constexpr const char* kWarningsGroup = "warnings";
inline constexpr const char* kPromptsGroup = "prompts";

inline constexpr std::array<std::string_view, 6> kOwnGroups = {
    kCheckpointGroup, kHistoryGroup, kSealGroup, kShareGroup, kStatusGroup, kWarningsGroup};

/// A group that no stage and no input fills.
inline bool is_own_group(std::string_view name) {
  return std::ranges::find(kOwnGroups, name) != kOwnGroups.end();
}
/// Names that no stage may have: of the groups that every file has, and of the stages before any expand,
/// whose marks stand beside those of a stage that expands. The subject's own groups come on top.
inline std::vector<std::string> reserved_names() {
  std::vector<std::string> names(kOwnGroups.begin(), kOwnGroups.end());
  names.insert(names.end(), {kPromptsGroup, "items"});
  return names;
}
inline bool is_reserved(const std::string& stage) {
  const std::vector<std::string> names = reserved_names();
  return std::ranges::find(names, stage) != names.end();
}
inline std::string name_is_taken(const std::string& stage) {
  return "stage '" + stage + "': the run file uses this name itself; choose another id";
}

}  // namespace hookflow::pipeline
