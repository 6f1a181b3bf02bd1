#include "stages/edit/grid/grid_axes.hpp"

#include <algorithm>
#include <set>

#include "pipeline/values/renamed.hpp"

namespace hookflow::stages {
namespace {

/// The kinds of hook point, in the order in which they are first named.
GridAxis hook_point_axis(const std::vector<EditTarget>& targets) {
  GridAxis made;
  for (const EditTarget& target : targets) {
    const std::string name = pattern_name(target.at.kind);
    const auto found = std::ranges::find(made.labels, name);
    made.steps.emplace_back(found - made.labels.begin());
    if (found == made.labels.end()) made.labels.push_back(name);
  }
  made.axis = {"hook_point", made.labels, "hook point that is edited", ""};
  return made;
}

const bool kRenamedPlace = pipeline::register_renamed("place", "hook_point");

std::optional<std::size_t> layer_of(const EditTarget& target) {
  return in_block(target.at.kind) ? std::optional(target.at.layer) : std::nullopt;
}

std::optional<std::size_t> head_of(const EditTarget& target) { return target.head; }

/// The numbers that targets have, ascending.
GridAxis number_axis(const std::string& name, const std::vector<EditTarget>& targets,
                     std::optional<std::size_t> (*number_of)(const EditTarget&)) {
  std::set<std::size_t> found;
  for (const EditTarget& target : targets) {
    if (const auto number = number_of(target)) found.insert(*number);
  }
  const std::vector<std::size_t> numbers(found.begin(), found.end());
  GridAxis made{{name, numbers, name + " that is edited", ""}, {}, {}};
  for (const std::size_t number : numbers) made.labels.push_back(std::to_string(number));
  for (const EditTarget& target : targets) {
    auto& step = made.steps.emplace_back(number_of(target));
    if (step) step = std::ranges::find(numbers, *step) - numbers.begin();
  }
  return made;
}

}  // namespace

std::vector<GridAxis> grid_axes(const std::vector<EditTarget>& targets) {
  std::vector<GridAxis> axes;
  if (GridAxis kinds = hook_point_axis(targets); kinds.labels.size() > 1) axes.push_back(std::move(kinds));
  GridAxis heads = number_axis("head", targets, head_of);
  heads.axis.unordered = true;
  for (GridAxis& axis : std::vector{number_axis("layer", targets, layer_of), std::move(heads)}) {
    if (!axis.labels.empty()) axes.push_back(std::move(axis));
  }
  return axes;
}

}  // namespace hookflow::stages
