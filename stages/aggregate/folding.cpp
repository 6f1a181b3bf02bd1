#include "stages/aggregate/folding.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace hookflow::stages {

Folding::Folding(const std::vector<std::string>& over) {
  for (const std::string& axis : over) folded_[axis];
}

void Folding::group(const std::string& axis, Groups groups) { folded_.at(axis) = std::move(groups); }

std::vector<pipeline::Axis> Folding::kept(const pipeline::Variable& variable) const {
  std::vector<pipeline::Axis> kept;
  for (const pipeline::Axis& axis : variable.axes) {
    const auto folded = folded_.find(axis.name);
    if (folded == folded_.end()) {
      kept.push_back(axis);
    } else {
      kept.insert(kept.end(), folded->second.axes.begin(), folded->second.axes.end());
    }
  }
  return kept;
}

Folding::Steps Folding::steps_of(const pipeline::Axis& axis) const {
  Steps steps{axis.size(), std::vector<std::size_t>(axis.size())};
  const auto folded = folded_.find(axis.name);
  if (folded == folded_.end()) {
    std::iota(steps.cell_of.begin(), steps.cell_of.end(), std::size_t{0});
  } else if (const auto& [groups, cell_of] = folded->second; groups.empty()) {
    steps.cells = 1;
  } else if (cell_of.size() == axis.size()) {
    steps = {pipeline::cell_count(groups), cell_of};
  } else {
    throw std::logic_error("the groups along '" + axis.name + "' are of another axis");
  }
  return steps;
}

std::vector<std::size_t> Folding::targets(std::span<const pipeline::Axis> axes) const {
  std::vector<std::size_t> targets = {0};
  for (const pipeline::Axis& axis : axes) {
    const Steps steps = steps_of(axis);
    std::vector<std::size_t> next;
    next.reserve(targets.size() * steps.cell_of.size());
    for (const std::size_t target : targets) {
      for (const std::size_t cell : steps.cell_of) next.push_back(target * steps.cells + cell);
    }
    targets = std::move(next);
  }
  return targets;
}

std::size_t Folding::cells(std::span<const pipeline::Axis> axes) const {
  std::size_t cells = 1;
  for (const pipeline::Axis& axis : axes) cells *= steps_of(axis).cells;
  return cells;
}

std::size_t Folding::most_to_one(std::span<const pipeline::Axis> axes) const {
  std::size_t most = 1;
  for (const pipeline::Axis& axis : axes) {
    const Steps steps = steps_of(axis);
    std::vector<std::size_t> counts(steps.cells);
    for (const std::size_t cell : steps.cell_of) ++counts[cell];
    most *= std::ranges::max(counts);
  }
  return most;
}

}  // namespace hookflow::stages
