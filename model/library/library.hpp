#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "model/architecture/model.hpp"
#include "model/tokenizer/tokenizer.hpp"

namespace hookflow {

/// The directory that a name stands for: a built-in model (`nano`), a directory, which is looked for from
/// `base` on (empty: from the current folder), or a snapshot in the Hugging Face cache (HF_HUB_CACHE,
/// HF_HOME,
/// ~/.cache/huggingface/hub), of which NAME@REVISION chooses one. Throws UnknownName that says where it
/// looked and shows the command that downloads it, and ModelError for links that lead nowhere and for names
/// of several snapshots.
std::filesystem::path find_model(std::string_view name, const std::filesystem::path& base = {});

/// Names of the models that come with hookflow.
std::vector<std::string> built_in_models();

/// Reads config.json of a model directory, as the family that its model_type names reads it. Throws
/// ModelError naming the file, the key, its value and the rule for settings that are missing, out of range,
/// or not supported.
Config load_config(const std::filesystem::path& directory);

/// The token that begins a text: bos_token_id of config.json or bos_token of the tokenizer's files, either of
/// which may be missing (nullptr). Throws ModelError where none names it, where they disagree, and for one
/// that is no token of the model.
std::int32_t find_bos_token(const Config* config, const Tokenizer* tokenizer);

/// Maps model.safetensors (or the shards of model.safetensors.index.json) of a model directory and checks
/// every tensor against the configuration. Weights stored as F32 are used where they lie in the file, F16 and
/// BF16 converted once. Throws ModelError naming file and tensor.
Model load_model(const std::filesystem::path& directory);

/// What a user should know of how a model directory is read, a sentence each: tensors that serve another task
/// are left out. Reads config.json and the headers of the weights. Throws ModelError as load_model does for
/// those.
std::vector<std::string> notes_on_model(const std::filesystem::path& directory);

}  // namespace hookflow
