#pragma once
#include <string>
#include <vector>

#include "model/architecture/config.hpp"
#include "model/architecture/weights.hpp"
#include "model/files/tensor_table.hpp"

namespace hookflow {

class Settings;

/// A kind of model, as the files of a Hugging Face directory have it: how its settings become the facts of a
/// Config, and what its tensors are called.
struct Family {
  std::string model_type;  // of config.json
  Config (*read_config)(Settings& settings);
  TensorNaming tensors;
  /// Asks the table for every parameter of `weights`, but a tied unembedding; its layers are there.
  void (*name_tensors)(TensorTable& table, const Config& config, Weights& weights);
};

/// To be called before main(), or by a test. Returns true. Throws std::logic_error for a model_type that is
/// taken.
bool register_family(const Family& family);

/// By the order of their names.
std::vector<std::string> family_names();

/// None for a model_type that is not registered.
const Family* find_family(const std::string& model_type);

}  // namespace hookflow
