#include "pipeline/run_file/reading/matched_cells.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <variant>

namespace hookflow::pipeline {
namespace {

using Label = std::variant<std::int64_t, double, std::string>;

std::vector<Label> all_labels(const Axis& axis) {
  return std::visit([](const auto& labels) { return std::vector<Label>(labels.begin(), labels.end()); },
                    axis.coordinates.labels());
}

MatchedAxis matched(const Axis& first, const Axis& second) {
  MatchedAxis axis{first, second, {}, {}, {}};
  if (first.size() == 1 && second.size() == 1) {
    axis.steps = {{0, 0}};
    return axis;
  }
  std::multimap<Label, std::size_t> others;
  for (const Label& label : all_labels(second)) others.emplace(label, others.size());
  std::size_t step = 0;
  for (const Label& label : all_labels(first)) {
    const auto other = others.lower_bound(label);
    if (other == others.end() || other->first != label) {
      axis.first_only.push_back(step++);
    } else {
      axis.steps.emplace_back(step++, other->second);
      others.erase(other);
    }
  }
  for (const auto& [label, left] : others) axis.second_only.push_back(left);
  std::ranges::sort(axis.second_only);
  return axis;
}

/// How many cells a step along an axis is.
std::size_t stride_of(const std::vector<Axis>& axes, const std::string& name) {
  std::size_t stride = 1;
  for (std::size_t axis = axes.size(); axes[--axis].name != name;) stride *= axes[axis].size();
  return stride;
}

}  // namespace

bool MatchedAxis::is_renamed() const {
  return first.size() == 1 && second.size() == 1 && first.coordinates != second.coordinates;
}

bool MatchedCells::same_axes(const std::vector<Axis>& first, const std::vector<Axis>& second) {
  return std::ranges::is_permutation(first, second, {}, &Axis::name, &Axis::name);
}

MatchedCells::MatchedCells(const std::vector<Axis>& first, const std::vector<Axis>& second) {
  if (!same_axes(first, second)) throw std::logic_error("cells are matched along the same axes only");
  for (const Axis& axis : first) {
    axes_.push_back(matched(axis, *std::ranges::find(second, axis.name, &Axis::name)));
    offsets_.push_back(axes_.back().steps);
    for (auto& [one, other] : offsets_.back()) {
      one *= stride_of(first, axis.name);
      other *= stride_of(second, axis.name);
    }
  }
}

std::size_t MatchedCells::size() const {
  std::size_t cells = 1;
  for (const MatchedAxis& axis : axes_) cells *= axis.steps.size();
  return cells;
}

}  // namespace hookflow::pipeline
