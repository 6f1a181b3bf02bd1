#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/pass/forward.hpp"
#include "pipeline/stage/stage.hpp"
#include "pipeline/values/array.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// Refuses the prompts that lack a position, for that parameter. `lengths`: tokens of each prompt.
void check_positions(const std::string& param, const Positions& positions,
                     const pipeline::PlanContext& context, const std::vector<std::size_t>& lengths);

/// The axis along which chosen positions of prompts of different lengths are stored. Labels are positions
/// counted from 0, or negative numbers for a slice that begins from the end; a list's are as it gives them.
class PositionAxis {
 public:
  PositionAxis() = default;
  /// Of the prompts that have the positions; refuses the others.
  PositionAxis(const std::string& param, Positions positions, const pipeline::PlanContext& context,
               const TokenFacts& tokens);

  [[nodiscard]] const Positions& positions() const { return positions_; }
  [[nodiscard]] const std::vector<std::int64_t>& labels() const { return labels_; }
  /// The last position alone needs no axis.
  [[nodiscard]] bool has_axis() const { return positions_.kind != Positions::Kind::last; }
  /// `what`: `position`, `query position`, ...
  [[nodiscard]] pipeline::Axis axis(std::string name, const std::string& what = "position") const;

  /// For each label the index of its position in a prompt of `length` tokens; none where the prompt has none.
  [[nodiscard]] std::vector<std::optional<std::size_t>> in(std::size_t length) const;

 private:
  Positions positions_;
  std::vector<std::int64_t> labels_;
  std::string counting_;
};

}  // namespace hookflow::stages
