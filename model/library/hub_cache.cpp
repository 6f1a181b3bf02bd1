#include "model/library/hub_cache.hpp"

#include <algorithm>
#include <fstream>

#include "model/error.hpp"
#include "model/files/mapped_file.hpp"
#include "model/library/environment.hpp"

namespace hookflow {
namespace {

namespace fs = std::filesystem;

// The hub client's own rule (huggingface_hub, constants.py): the first of these that is set decides.
fs::path hub_cache() {
  const auto expanded = [](const std::string& path) { return fs::path(expand_variables(expand_user(path))); };
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const auto cache = environment(name)) return expanded(*cache);
  if (const auto home = environment("HF_HOME")) return expanded(*home) / "hub";
  return expanded(environment("XDG_CACHE_HOME").value_or("~/.cache")) / "huggingface/hub";
}

// As a branch may be named: components with slashes between.
bool is_branch(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return is_path_component(text);
  return is_path_component(text.substr(0, slash)) && is_branch(text.substr(slash + 1));
}

// Those whose names start so, in order.
std::vector<std::string> snapshots_of(const fs::path& folder, const std::string& start) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder / "snapshots", failed)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(start)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace

bool is_path_component(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && text.find_first_of("/\\") == text.npos;
}

HubName::HubName(std::string_view text) : name(text.substr(0, text.find('@'))) {
  if (name.size() < text.size()) revision = text.substr(name.size() + 1);
}

bool HubName::is_valid() const {
  if (revision && !is_branch(*revision)) return false;
  return std::ranges::count(name, '/') <= 1 && is_branch(name);
}

// What stands behind the name are patterns, each of which may match nothing.
std::string HubName::download_command() const {
  return "hf download " + name + (revision ? " --revision " + *revision : "") +
         " config.json 'model*.safetensors*' tokenizer.json tokenizer_config.json special_tokens_map.json "
         "added_tokens.json vocab.json merges.txt";
}

// The hub moved its oldest models, which had no organisation, below one.
std::vector<fs::path> cache_folders(const HubName& model) {
  const fs::path cache = hub_cache();
  std::string folder = "models--" + model.name;
  if (const auto slash = folder.find('/'); slash != folder.npos) folder.replace(slash, 1, "--");
  std::vector<fs::path> folders{cache / folder};
  for (const std::string_view moved : {"gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"})
    if (model.name == moved) folders.push_back(cache / ("models--openai-community--" + model.name));
  if (model.name == "distilgpt2") folders.push_back(cache / "models--distilbert--distilgpt2");
  return folders;
}

// refs/BRANCH holds the name of a snapshot, which is its commit; a snapshot's files are links into the
// cache's store.
Snapshot find_snapshot(const fs::path& folder, const HubName& model) {
  const fs::path ref = folder / "refs" / model.revision.value_or("main");
  if (is_there(ref)) {
    std::string commit;
    std::ifstream(ref) >> commit;
    if (!is_path_component(commit)) return {ref, "does not name a snapshot"};
    return {folder / "snapshots" / commit, ""};
  }
  const std::string start = model.revision.value_or("");
  const std::vector<std::string> snapshots = snapshots_of(folder, start);
  const bool is_whole = !snapshots.empty() && snapshots.front() == start;
  if (snapshots.size() == 1 || is_whole) return {folder / "snapshots" / snapshots.front(), ""};
  if (snapshots.empty()) {
    const std::string others = listed(snapshots_of(folder, ""));
    if (others.empty()) return {folder, "has no snapshot"};
    return {folder, "has no revision '" + start + "'; it has the commits " + others};
  }
  throw ModelError("model '" + model.text() + "' could be any of these commits in " + folder.string() + ": " +
                   listed(snapshots) + "; name one, such as " + model.name + "@" + snapshots.front());
}

}  // namespace hookflow
