#pragma once
#include <cstddef>
#include <vector>

#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// The rows of a pass's logits at the positions that are wanted, in their order: it may have kept more.
/// Borrows from the pass.
class LogitRows {
 public:
  /// Throws std::logic_error when the pass did not keep a position.
  LogitRows(const PassView& pass, const Positions& wanted);
  /// All that were kept.
  explicit LogitRows(const PassLogits& logits);

  [[nodiscard]] std::size_t count() const { return rows_.size(); }
  /// Throws pipeline::PromptFailure where a logit is NaN or infinite.
  [[nodiscard]] LogitRow row(std::size_t index) const;

 private:
  const PassLogits& logits_;
  std::vector<std::size_t> rows_;  // of those kept
};

}  // namespace hookflow::stages
