#include "model/gpt2/model.hpp"

namespace hookflow {

Model Model::load(const std::filesystem::path& directory) {
  const Config config = Config::load(directory);
  return {config, Weights::load(directory, config)};
}

}  // namespace hookflow
