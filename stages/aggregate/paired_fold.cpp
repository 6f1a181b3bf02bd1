#include "stages/aggregate/paired_fold.hpp"

#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {
namespace {

/// Where the axis of that name stands; the number of axes when it is none.
std::size_t place_of(std::span<const pipeline::Axis> axes, const std::string& name) {
  const auto found =
      std::find_if(axes.begin(), axes.end(), [&](const pipeline::Axis& axis) { return axis.name == name; });
  return static_cast<std::size_t>(found - axes.begin());
}

bool has_first_axis_of(const pipeline::Variable& b, const pipeline::Variable& a) {
  return b.axes.front().name == a.axes.front().name;
}

}  // namespace

std::vector<std::size_t> aligned_cells(std::span<const pipeline::Axis> axes,
                                       std::span<const pipeline::Axis> others) {
  std::vector<std::size_t> cells = {0};
  for (const pipeline::Axis& axis : axes) {
    const std::size_t place = place_of(others, axis.name);
    std::size_t stride = place == others.size() ? 0 : 1;
    for (std::size_t i = place + 1; i < others.size(); ++i) stride *= others[i].size();
    std::vector<std::size_t> next;
    next.reserve(cells.size() * axis.size());
    for (const std::size_t cell : cells) {
      for (std::size_t step = 0; step < axis.size(); ++step) next.push_back(cell + step * stride);
    }
    cells = std::move(next);
  }
  return cells;
}

AlignedRows::AlignedRows(const pipeline::StoredRows& a, const pipeline::StoredRows& b)
    : a_(a), b_(b), b_has_rows_(has_first_axis_of(b.variable(), a.variable())) {
  const std::span<const pipeline::Axis> axes = a.variable().axes;
  std::span<const pipeline::Axis> others = b.variable().axes;
  if (b_has_rows_) {
    others = others.subspan(1);
    for (const pipeline::Axis& axis : others) b_row_ *= axis.size();
  } else {
    whole_b_ = b.read(0, others.front().size());
  }
  partner_ = aligned_cells(axes.subspan(1), others);
}

void check_row_order(const pipeline::Variable& a, const pipeline::Variable& b) {
  const std::string& first = a.axes.front().name;
  const std::size_t place = place_of(b.axes, first);
  if (place != 0 && place != b.axes.size())
    throw pipeline::ParamError("in", "axis '" + first + "' is first in '" + a.name + "' of a and later in '" +
                                         b.name + "' of b; must be first in both");
}

}  // namespace hookflow::stages
