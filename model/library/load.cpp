#include "model/error.hpp"
#include "model/files/weight_files.hpp"
#include "model/library/family.hpp"
#include "model/library/library.hpp"
#include "model/library/settings.hpp"

namespace hookflow {
namespace {

std::string supported_families() {
  const std::vector<std::string> names = family_names();
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "only " : ", ") + name;
  return list + (names.size() == 1 ? " is" : " are");
}

const Family& family_of(Settings& settings) {
  const char* key = "model_type";
  const bool given = settings.has(key) && settings.at(key).is_string();
  const Family* family = given ? find_family(settings.at(key).get<std::string>()) : nullptr;
  if (family == nullptr) {
    settings.refuse(key, settings.has(key) ? "is not supported; " + supported_families()
                                           : "is missing; " + supported_families() + " supported");
    settings.finish();
  }
  return *family;
}

Config read_config(const Family& family, Settings& settings) {
  const Config config = family.read_config(settings);
  settings.finish();
  return config;
}

using WeightFiles = std::vector<std::shared_ptr<const SafetensorsFile>>;

std::filesystem::path place_of(const WeightFiles& files, const std::filesystem::path& directory) {
  return files.size() == 1 ? files.front()->path() : directory;
}

}  // namespace

Config load_config(const std::filesystem::path& directory) {
  Settings settings(directory / "config.json");
  return read_config(family_of(settings), settings);
}

Model load_model(const std::filesystem::path& directory) {
  Settings settings(directory / "config.json");
  const Family& family = family_of(settings);
  Model model;
  model.config = read_config(family, settings);

  const auto files = open_weight_files(directory);
  TensorTable table(files, place_of(files, directory), family.tensors);
  model.weights.layers.resize(model.config.layers);
  family.name_tensors(table, model.config, model.weights);
  model.weights.storage = table.finish();
  if (model.config.tied_embeddings) model.weights.unembedding = model.weights.token_embedding;
  for (const auto& file : files) model.files.push_back(file->path());
  return model;
}

std::vector<std::string> notes_on_model(const std::filesystem::path& directory) {
  Settings settings(directory / "config.json");
  const Family& family = family_of(settings);
  const WeightFiles files = open_weight_files(directory);
  const TensorTable table(files, place_of(files, directory), family.tensors);
  std::string names;
  for (const std::string& name : table.of_other_tasks()) names += (names.empty() ? "" : ", ") + name;
  if (names.empty()) return {};
  return {place_of(files, directory).string() +
          ": these weights are left out, as they belong to a head for another task and change no logit: " +
          names};
}

}  // namespace hookflow
