#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <vector>

#include "model/error.hpp"
#include "model/library/library.hpp"

namespace hookflow {
namespace {

namespace fs = std::filesystem;

// None for a variable that is not set or empty, as the Hugging Face hub's own client takes it.
std::optional<fs::path> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return fs::path(value);
}

bool is_model(const fs::path& directory) {
  std::error_code ignored;
  return fs::is_regular_file(directory / "config.json", ignored);
}

// Whether a text can be one component of a path without leading elsewhere.
bool is_component(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && text.find_first_of("/\\") == text.npos;
}

// NAME or ORG/NAME, as the hub names its models.
bool is_hub_name(std::string_view name) {
  const auto slash = name.find('/');
  if (slash == name.npos) return is_component(name);
  return is_component(name.substr(0, slash)) && is_component(name.substr(slash + 1));
}

// Where models that come with hookflow may lie: the user's choice, the installation, the source tree.
std::vector<fs::path> built_in_roots() {
  std::vector<fs::path> roots;
  if (const auto chosen = environment("HOOKFLOW_MODELS")) roots.push_back(*chosen);
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (!failed) roots.push_back(program.parent_path().parent_path() / "share/hookflow/model");
  roots.emplace_back(HOOKFLOW_BUILTIN_MODELS);
  return roots;
}

// The hub client's own rule: the first of these that is set decides.
fs::path hub_cache() {
  if (const auto cache = environment("HF_HUB_CACHE")) return *cache;
  if (const auto cache = environment("HUGGINGFACE_HUB_CACHE")) return *cache;
  if (const auto home = environment("HF_HOME")) return *home / "hub";
  if (const auto cache = environment("XDG_CACHE_HOME")) return *cache / "huggingface/hub";
  return environment("HOME").value_or("/") / ".cache/huggingface/hub";
}

// The cache's folders for a name. The hub moved its oldest models, which had no organisation, below one.
std::vector<std::string> cache_folders(std::string_view name) {
  std::string folder = "models--" + std::string(name);
  if (const auto slash = folder.find('/'); slash != folder.npos) folder.replace(slash, 1, "--");
  std::vector<std::string> folders{folder};
  for (const std::string_view moved : {"gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"})
    if (name == moved) folders.push_back("models--openai-community--" + std::string(name));
  if (name == "distilgpt2") folders.emplace_back("models--distilbert--distilgpt2");
  return folders;
}

// Tries places one after the other and remembers why each one did not serve.
class Search {
 public:
  std::optional<fs::path> found;

  void directory(const fs::path& path) {
    std::error_code ignored;
    if (found) return;
    if (is_model(path))
      found = path;
    else
      looked(path, fs::is_directory(path, ignored) ? "a directory without config.json" : "no such directory");
  }

  // refs/main names the snapshot; the snapshot's files are links into the cache's store.
  void cached(const fs::path& folder) {
    std::error_code ignored;
    if (found) return;
    if (!fs::is_directory(folder, ignored)) return looked(folder, "no such directory");
    std::string revision;
    std::ifstream(folder / "refs/main") >> revision;
    if (!is_component(revision)) return looked(folder / "refs/main", "names no snapshot");
    directory(folder / "snapshots" / revision);
  }

  [[nodiscard]] const std::string& report() const { return report_; }

 private:
  void looked(const fs::path& path, const char* outcome) {
    report_ += "\n  " + path.string() + ": " + outcome;
  }

  std::string report_;
};

// A leading ~/, which no shell expands in a workflow file.
fs::path expanded(std::string_view name) {
  const auto home = environment("HOME");
  if (name.starts_with("~/") && home) return *home / name.substr(2);
  return name;
}

}  // namespace

fs::path find_model(std::string_view name) {
  if (name.empty()) throw ModelError("model: the name is empty");
  Search search;
  if (is_component(name))
    for (const fs::path& root : built_in_roots()) search.directory(root / name);
  search.directory(expanded(name));
  if (is_hub_name(name))
    for (const std::string& folder : cache_folders(name)) search.cached(hub_cache() / folder);
  if (search.found) return *search.found;

  std::string rest = ". Looked at:" + search.report();
  if (is_hub_name(name))
    rest += "\nTo download it: huggingface-cli download " + std::string(name) +
            " config.json model.safetensors vocab.json merges.txt";
  throw UnknownName("model '" + std::string(name) + "' was not found", rest, std::string(name),
                    built_in_models());
}

std::vector<std::string> built_in_models() {
  std::vector<std::string> names;
  for (const fs::path& root : built_in_roots()) {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(root, failed)) {
      if (is_model(entry.path())) names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace hookflow
