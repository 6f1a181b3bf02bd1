#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "model/gpt2/config.hpp"
#include "model/gpt2/weights.hpp"

namespace hookflow {

/// A model's configuration and weights, read from a directory in Hugging Face layout.
class Model {
 public:
  Config config;
  Weights weights;

  static Model load(const std::filesystem::path& directory);
};

/// The directory that a name stands for: a built-in model (`nano`), a directory, or a snapshot in the Hugging
/// Face cache (HF_HUB_CACHE, HF_HOME, ~/.cache/huggingface/hub). Throws ModelError that says where it looked
/// and shows the command that downloads it.
std::filesystem::path find_model(std::string_view name);

/// Names of the models that come with hookflow.
std::vector<std::string> built_in_models();

}  // namespace hookflow
