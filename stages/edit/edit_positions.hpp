#pragma once
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/hooks/positions.hpp"
#include "pipeline/values/array.hpp"
#include "pipeline/yaml/node.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// Where variants are edited: at the same positions (or keys) all of them, or in turn at several.
struct EditPositions {
  EditPositions() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): most are the same in every variant.
  EditPositions(Positions positions) : alternatives{std::move(positions)} {}

  bool each = false;                                      // position after position, one variant for each
  bool is_axis = false;                                   // the alternatives are an axis, be it of one
  std::vector<Positions> alternatives{Positions::all()};  // none with `each`

  friend bool operator==(const EditPositions&, const EditPositions&) = default;
};

/// Positions as everywhere; `each`; {each_of: [all, last]}. Throws pipeline::ParamError.
void read_param(const pipeline::Node& node, EditPositions& positions);
pipeline::Node write_param(const EditPositions& positions);
pipeline::Node param_schema(std::type_identity<EditPositions> type);

/// The alternatives along their axis, and which of them each step is; without an axis there is one step.
struct PositionSteps {
  std::vector<pipeline::Axis> axes;  // none, or one
  std::vector<Positions> steps;
};
/// `tokens`: of the text that is edited; `each` has as many steps as the longest prompt has tokens. `what` is
/// at the positions: `position`, `key`; it names the axis, alternatives one of several of them: `keys`.
PositionSteps position_steps(const EditPositions& positions, const TokenFacts& tokens,
                             const std::string& what = "position");

}  // namespace hookflow::stages
