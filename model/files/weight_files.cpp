#include "model/files/weight_files.hpp"

#include <map>
#include <set>
#include <string>

#include "model/error.hpp"
#include "model/files/strict_json.hpp"

namespace hookflow {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";

// A shard lies beside the index: a name that leads elsewhere could map any file of the machine.
bool is_plain_file_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string("/\\\0", 3)) == name.npos;
}

// The index's weight_map turned round: shard -> names of its tensors.
std::map<std::string, std::set<std::string>> read_index(const fs::path& path) {
  const std::string place = path.string();
  const MappedFile file(path);
  const FlatJson index = parse_json_object(file.text(), place);
  if (!index.contains("weight_map") || !index["weight_map"].is_object())
    throw ModelError(place + ": weight_map must be an object that maps tensor names to shards");
  std::map<std::string, std::set<std::string>> shards;
  for (const auto& [tensor, shard] : index["weight_map"].items()) {
    if (!shard.is_string() || !is_plain_file_name(shard.get<std::string>()))
      throw ModelError(tensor_place(path, tensor) + ": shard " + shard.dump() +
                       " must be the plain name of a file beside the index");
    shards[shard.get<std::string>()].insert(tensor);
  }
  return shards;
}

void check_against_index(const SafetensorsFile& file, const std::set<std::string>& listed) {
  for (const std::string& name : listed)
    if (!file.tensors().contains(name))
      throw ModelError(tensor_place(file.path(), name) + " is missing, though " + kIndexFile +
                       " says it is in this file");
  for (const auto& [name, tensor] : file.tensors())
    if (!listed.contains(name))
      throw ModelError(tensor_place(file.path(), name) + " is in this file, but " + kIndexFile +
                       " does not say so");
}

[[noreturn]] void refuse_without_weights(const fs::path& directory) {
  for (const char* other : {"pytorch_model.bin", "pytorch_model.bin.index.json"})
    if (is_there(directory / other))
      throw ModelError(
          (directory / other).string() + ": pickled weights are not supported; convert them to " +
          kSingleFile +
          ", for example in Python: "
          "AutoModelForCausalLM.from_pretrained(DIR).save_pretrained(DIR, safe_serialization=True)");
  for (const char* other : {"tf_model.h5", "flax_model.msgpack"})
    if (is_there(directory / other))
      throw ModelError((directory / other).string() +
                       ": weights of this format are not supported; convert them to " + kSingleFile);
  throw ModelError(directory.string() + ": holds neither " + kSingleFile + " nor " + kIndexFile);
}

}  // namespace

std::vector<std::shared_ptr<const SafetensorsFile>> open_weight_files(const fs::path& directory) {
  if (is_there(directory / kSingleFile))
    return {std::make_shared<const SafetensorsFile>(directory / kSingleFile)};
  if (!is_there(directory / kIndexFile)) refuse_without_weights(directory);
  std::vector<std::shared_ptr<const SafetensorsFile>> files;
  for (const auto& [shard, tensors] : read_index(directory / kIndexFile)) {
    files.push_back(std::make_shared<const SafetensorsFile>(directory / shard));
    check_against_index(*files.back(), tensors);
  }
  return files;
}

}  // namespace hookflow
