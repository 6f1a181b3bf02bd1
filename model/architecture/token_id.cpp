#include "model/architecture/token_id.hpp"

#include <string>

#include "model/error.hpp"

namespace hookflow {

std::int32_t token_id(std::int64_t id, const Config& config) {
  if (id < 0 || id >= static_cast<std::int64_t>(config.vocabulary)) {
    throw ModelError("token id " + std::to_string(id) + " is not in the model's vocabulary, 0 to " +
                     std::to_string(config.vocabulary - 1));
  }
  return static_cast<std::int32_t>(id);
}

}  // namespace hookflow
