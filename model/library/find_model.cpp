#include <algorithm>
#include <optional>
#include <vector>

#include "model/error.hpp"
#include "model/files/mapped_file.hpp"
#include "model/library/environment.hpp"
#include "model/library/hub_cache.hpp"
#include "model/library/library.hpp"

namespace hookflow {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "config.json";

// Where models that come with hookflow may lie: the user's choice, the installation, the source tree.
std::vector<fs::path> built_in_roots() {
  std::vector<fs::path> roots;
  if (const auto chosen = environment("HOOKFLOW_MODELS")) roots.emplace_back(*chosen);
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (!failed) roots.push_back(program.parent_path().parent_path() / "share/hookflow/model");
  roots.emplace_back(HOOKFLOW_BUILTIN_MODELS);
  return roots;
}

// Tries places one after the other and remembers why each one did not serve.
class Search {
 public:
  std::optional<fs::path> found;

  void directory(const fs::path& path) {
    std::error_code ignored;
    if (found) return;
    if (!is_there(path) || !fs::is_directory(path, ignored)) return looked(path, "no such directory");
    if (!is_there(path / kConfig)) return looked(path, "a directory without config.json");
    found = path;
  }

  void cached(const fs::path& folder, const HubName& model) {
    if (found) return;
    if (!is_there(folder)) return looked(folder, "no such directory");
    const Snapshot snapshot = find_snapshot(folder, model);
    if (!snapshot.problem.empty()) return looked(snapshot.path, snapshot.problem);
    directory(snapshot.path);
  }

  [[nodiscard]] const std::string& report() const { return report_; }

 private:
  void looked(const fs::path& path, const std::string& outcome) {
    report_ += "\n  " + path.string() + ": " + outcome;
  }

  std::string report_;
};

}  // namespace

fs::path find_model(std::string_view name, const fs::path& base) {
  if (name.empty())
    throw ModelError(
        "model: the name is empty; must be a built-in model, a directory or a name in the Hugging Face "
        "cache");
  Search search;
  if (is_path_component(name))
    for (const fs::path& root : built_in_roots()) search.directory(root / name);
  search.directory(base / expand_user(name));  // no shell expands a ~ in a file
  const HubName model(name);
  if (model.is_valid())
    for (const fs::path& folder : cache_folders(model)) search.cached(folder, model);
  if (search.found) return *search.found;

  std::string rest = ". Looked at:" + search.report();
  if (model.is_valid()) rest += "\nTo download it: " + model.download_command();
  throw UnknownName("model '" + std::string(name) + "' was not found", rest, std::string(name),
                    built_in_models());
}

std::vector<std::string> built_in_models() {
  std::vector<std::string> names;
  for (const fs::path& root : built_in_roots()) {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(root, failed)) {
      if (fs::is_regular_file(entry.path() / kConfig, failed))
        names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace hookflow
