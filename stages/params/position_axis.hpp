#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/pass/forward.hpp"
#include "pipeline/stage/stage.hpp"
#include "pipeline/values/array.hpp"
#include "stages/params/position_meaning.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// Refuses the prompts that lack a position, for that parameter, and makes positions that are named known.
void check_positions(const std::string& param, const Positions& positions,
                     const pipeline::PlanContext& context, const TokenFacts& tokens);

/// The axis along which chosen positions of prompts of different lengths are stored. Labels are positions
/// counted from 0, or negative numbers for a slice that begins from the end; a list's are as it gives them,
/// and those of named positions count them.
class PositionAxis {
 public:
  PositionAxis() = default;
  /// Of the prompts that have the positions; refuses the others.
  PositionAxis(const std::string& param, Positions positions, const pipeline::PlanContext& context,
               const TokenFacts& tokens);

  [[nodiscard]] const Positions& positions() const { return positions_; }
  [[nodiscard]] const std::vector<std::int64_t>& labels() const { return labels_; }
  /// The last position alone needs no axis, nor does that of a token.
  [[nodiscard]] bool has_axis() const { return !is_one_position(positions_); }
  /// `what`: `position`, `query position`, ...
  [[nodiscard]] pipeline::Axis axis(std::string name, const std::string& what = "position") const;

  /// For each label the index of its position in a prompt; none where the prompt has none.
  [[nodiscard]] std::vector<std::optional<std::size_t>> in(const FedPrompt& fed) const;

 private:
  [[nodiscard]] bool is_named() const { return positions_.kind == Positions::Kind::named; }

  Positions positions_;
  std::vector<std::int64_t> labels_;
  std::string counting_;
};

}  // namespace hookflow::stages
