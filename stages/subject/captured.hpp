#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// Whether a place holds a number for every query and key, [h, p, p].
bool is_square(HookKind kind);

/// What a pass kept at one place, by position and head, of the positions that are wanted: it may have kept
/// more. Borrows from the pass.
class Captured {
 public:
  /// Throws std::logic_error when the pass did not keep the place.
  Captured(const PassView& pass, const HookPoint& place, const Positions& wanted);

  /// What the place holds at a position of the prompt: (d) of [p, d], a head's (e) of [p, h, e], the keys (p)
  /// of a head's query of [h, p, p]. Throws std::logic_error when that is not wanted or was not kept,
  /// pipeline::PromptFailure where it is NaN or infinite; hook_attn_scores hold -inf behind the query.
  [[nodiscard]] std::span<const float> row(std::size_t position, std::size_t head = 0) const;

 private:
  [[nodiscard]] std::string described(std::size_t position, std::size_t head, std::size_t cell) const;

  HookPoint place_;
  View values_;                       // (kept positions * kept heads, width), heads outermost when square
  std::vector<std::size_t> row_of_;   // by position, if it is wanted: its row among those kept
  std::vector<std::size_t> head_of_;  // by head
  std::size_t position_count_ = 0;    // kept
  std::size_t head_count_ = 1;
  bool square_ = false;
};

}  // namespace hookflow::stages
