#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace hookflow::pipeline {

/// A shared library that registered stages of its own when it was loaded.
struct Plugin {
  std::filesystem::path path;  // absolute
  std::string sha256;          // of the file
  std::vector<std::string> stages;

  /// By which run files know it, wherever it lies.
  [[nodiscard]] std::string name() const { return path.filename().string(); }
};

/// Loads libraries, named from `base` on (empty: from the current folder). One with the file name of a
/// library that is loaded already is that one: what is named first, on the command line, stands for what a
/// workflow or a run file names. `place` begins messages. Throws UsageError for one that is named twice,
/// InputError for what is missing, no plugin, built for another hookflow (before any of its code runs; all of
/// these together), or cannot be loaded.
void load_plugins(const std::vector<std::string>& names, const std::filesystem::path& base,
                  const std::string& place);

/// In the order in which they were loaded.
const std::vector<Plugin>& loaded_plugins();

/// " of the plugin PATH" where that stage is of one, else nothing.
std::string origin_text(const std::string& stage);

}  // namespace hookflow::pipeline
