#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hookflow {

/// Whether a text can be one component of a path without leading elsewhere.
bool is_path_component(std::string_view text);

/// A model as the Hugging Face hub names it: NAME or ORG/NAME and, behind an @, a revision: a branch, a tag,
/// or a commit, whose first digits will do.
struct HubName {
  std::string name;
  std::optional<std::string> revision;

  explicit HubName(std::string_view text);
  /// Whether it is spelled as a name can be.
  [[nodiscard]] bool is_valid() const;
  [[nodiscard]] std::string text() const { return name + (revision ? "@" + *revision : ""); }
  /// The command that brings what is read of it into the cache.
  [[nodiscard]] std::string download_command() const;
};

/// The folders of the hub's cache where a model may lie.
std::vector<std::filesystem::path> cache_folders(const HubName& model);

struct Snapshot {
  std::filesystem::path path;  // there or not; what has the problem, if there is one
  std::string problem;
};

/// The snapshot in one of the cache's folders that is meant: that of the revision, or of the main branch;
/// where the cache does not know that branch (it does not if commits alone were ever asked for), the only
/// one. Throws ModelError that lists them where several could be meant.
Snapshot find_snapshot(const std::filesystem::path& folder, const HubName& model);

}  // namespace hookflow
