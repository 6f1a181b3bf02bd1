#pragma once
#include <filesystem>
#include <vector>

#include "model/architecture/config.hpp"
#include "model/architecture/weights.hpp"

namespace hookflow {

/// What a pass runs on.
struct Model {
  Config config;
  Weights weights;
  std::vector<std::filesystem::path> files;  // of the weights, by name; none for a model made in memory
};

}  // namespace hookflow
