#include "pipeline/plugin/plugins.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <system_error>

#include "pipeline/error.hpp"
#include "pipeline/hash/sha256.hpp"
#include "pipeline/plugin/build_mark.hpp"
#include "pipeline/plugin/open_library.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;

std::vector<Plugin>& plugins() {
  static std::vector<Plugin> all;
  return all;
}

std::set<std::string> stage_names() {
  std::set<std::string> names;
  for (const StageDecl* stage : registered_stages()) names.insert(stage->name);
  return names;
}

/// The file's bytes. Throws InputError.
std::string read_library(const fs::path& path) {
  if (fs::is_directory(path)) throw InputError(path.string() + ": is a directory, not a plugin");
  if (fs::exists(path) && !fs::is_regular_file(path))
    throw InputError(path.string() + ": is a device or a pipe, not a plugin");
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw InputError(path.string() +
                     ": the plugin cannot be read: " + std::generic_category().message(errno));
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// A plugin for this program. Throws InputError for any other file.
Plugin examine(const fs::path& path) {
  if (find_invalid_utf8(path.string()) != std::string::npos)
    throw InputError(path.string() + ": its path must be UTF-8, as a run file keeps it");
  const std::string library = read_library(path);
  if (const std::string problem = build_problem(library); !problem.empty())
    throw InputError(path.string() + ": " + problem);
  return {path, sha256(library), {}};
}

/// Throws InputError, begun by `place`.
void load(Plugin plugin, const std::string& place) {
  const std::string where = place + ": " + plugin.path.string() + ": ";
  for (const Plugin& loaded : plugins())
    if (fs::equivalent(plugin.path, loaded.path))
      throw InputError(where + "is the same file as " + loaded.path.string());
  const std::set<std::string> before = stage_names();
  open_library(plugin.path, where);
  if (!names_taken().empty()) {
    const std::string& name = names_taken().front();
    const std::string origin = origin_text(name);
    throw InputError(where + "its stage '" + name + "' has the name of a stage" +
                     (origin.empty() ? " of hookflow" : origin));
  }
  std::ranges::set_difference(stage_names(), before, std::back_inserter(plugin.stages));
  if (plugin.stages.empty()) throw InputError(where + "registers no stage, so it is no plugin");
  plugins().push_back(std::move(plugin));
}

/// Those of the names that are not loaded yet, as absolute paths. Throws UsageError for a file name that
/// comes twice.
std::vector<fs::path> new_paths(const std::vector<std::string>& names, const fs::path& base,
                                const std::string& place) {
  std::set<std::string> given;
  std::vector<fs::path> paths;
  for (const std::string& name : names) {
    if (name.empty()) throw UsageError(place + ": the name of a plugin is empty; must be a file");
    const Plugin named{fs::absolute(base / name).lexically_normal(), "", {}};
    if (!given.insert(named.name()).second)
      throw UsageError(
          place + ": '" + named.name() +
          "' is given twice; plugins must have different file names, by which run files know them");
    if (std::ranges::find(plugins(), named.name(), &Plugin::name) == plugins().end())
      paths.push_back(named.path);
  }
  return paths;
}

}  // namespace

void load_plugins(const std::vector<std::string>& names, const fs::path& base, const std::string& place) {
  std::vector<Plugin> found;
  std::string problems;
  for (const fs::path& path : new_paths(names, base, place)) {
    try {
      found.push_back(examine(path));
    } catch (const InputError& error) {
      const bool is_moved = place != "--plugin" && !fs::exists(path);
      problems += (problems.empty() ? "" : "\n") + place + ": " + error.what() +
                  (is_moved ? "; --plugin says where it is now" : "");
    }
  }
  if (!problems.empty()) throw InputError(problems);
  for (Plugin& plugin : found) load(std::move(plugin), place);
}

const std::vector<Plugin>& loaded_plugins() { return plugins(); }

std::string origin_text(const std::string& stage) {
  for (const Plugin& plugin : plugins())
    if (std::ranges::find(plugin.stages, stage) != plugin.stages.end())
      return " of the plugin " + plugin.path.string();
  return "";
}

}  // namespace hookflow::pipeline
