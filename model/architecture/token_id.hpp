#pragma once
#include <cstdint>

#include "model/architecture/config.hpp"

namespace hookflow {

/// The only way that a number becomes one of the model's token ids, wherever it comes from: a tokenizer may
/// know more tokens than the model. Throws ModelError for an id outside the model's vocabulary.
std::int32_t token_id(std::int64_t id, const Config& config);

}  // namespace hookflow
