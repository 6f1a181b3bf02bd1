#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "model/architecture/model.hpp"

namespace hookflow::stages {

/// Logits of single tokens at one position, where no other token's are read. Each has the same bits whatever
/// else is measured. Borrows the model and what the final norm gave.
class TokenLogits {
 public:
  /// normalized: (d). `by`: what comes first in the message of a failure.
  TokenLogits(const Model& model, std::span<const float> normalized, std::size_t position,
              std::string by = {});

  /// Throws pipeline::PromptFailure where it is NaN or infinite.
  [[nodiscard]] double of(std::int32_t token) const;

 private:
  const Model& model_;
  std::span<const float> normalized_;
  std::size_t position_;
  std::string by_;
};

}  // namespace hookflow::stages
