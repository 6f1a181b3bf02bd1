#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "model/files/safetensors.hpp"

namespace hookflow {

/// Opens a model directory's weights: model.safetensors or, where there is none, every shard that
/// model.safetensors.index.json names, in the order of their names. Each tensor of the index must be in the
/// shard it names, and each tensor of a shard in the index. Throws ModelError naming the file; for a
/// directory with weights in another format it says how to convert them.
std::vector<std::shared_ptr<const SafetensorsFile>> open_weight_files(const std::filesystem::path& directory);

}  // namespace hookflow
