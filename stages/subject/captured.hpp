#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// What a pass captured at one place, by position and head, of the positions that are wanted: it may have
/// captured more. Borrows from the pass.
class Captured {
 public:
  /// Throws std::logic_error when the pass did not keep the place.
  Captured(const PassView& pass, const HookPoint& place, const std::vector<Positions>& wanted);

  /// What the place holds at a position of the prompt: (d), a head's (e), or the keys (p) of a head's query.
  /// Throws std::logic_error when that is not wanted or was not kept, pipeline::PromptFailure where it is NaN
  /// or infinite; hook_attn_scores hold -inf behind the query.
  [[nodiscard]] std::span<const float> row(std::size_t position, std::size_t head = 0) const;

 private:
  [[nodiscard]] std::string described(std::size_t position, std::size_t head, std::size_t cell) const;

  HookPoint place_;
  const CapturedRows* rows_;
  std::vector<std::size_t> index_of_;  // by position, if it is wanted: where it is among those captured
};

}  // namespace hookflow::stages
