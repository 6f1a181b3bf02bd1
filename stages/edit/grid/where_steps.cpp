#include "stages/edit/grid/where_steps.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hookflow::stages {
namespace {

void cross(const PositionSteps& more, std::optional<Positions> WhereSteps::Step::*which, WhereSteps& made) {
  std::ranges::copy(more.axes, std::back_inserter(made.axes));
  std::vector<WhereSteps::Step> crossed;
  for (const WhereSteps::Step& step : made.steps) {
    for (const Positions& positions : more.steps) {
      crossed.push_back(step);
      crossed.back().*which = positions;
    }
  }
  made.steps = std::move(crossed);
}

}  // namespace

WhereSteps where_steps(const EditPositions& positions, const std::optional<EditPositions>& keys, bool of_each,
                       const TokenFacts& tokens) {
  WhereSteps made;
  if (positions.each == of_each) cross(position_steps(positions, tokens), &WhereSteps::Step::positions, made);
  if (keys && keys->each == of_each)
    cross(position_steps(*keys, tokens, "key"), &WhereSteps::Step::keys, made);
  return made;
}

}  // namespace hookflow::stages
