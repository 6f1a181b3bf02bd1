#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "stages/aggregate/axis_fold.hpp"

namespace hookflow::stages {

/// For each cell along `axes`, row-major, where its labels stand in an array along `others`, which are some
/// of these axes in any order.
std::vector<std::size_t> aligned_cells(std::span<const pipeline::Axis> axes,
                                       std::span<const pipeline::Axis> others);

/// Reads two stored variables together: `b` has some of the axes of `a`, with equal labels, and is repeated
/// along the others. Memory: the rows that are read; where `b` lacks the first axis of `a`, all of `b`, which
/// is then no larger than a row of `a`. A `b` with that axis must have it first (check_row_order).
class AlignedRows {
 public:
  AlignedRows(const pipeline::StoredRows& a, const pipeline::StoredRows& b);

  /// Calls `take(cell, a, b)` for rows [first, first + count) of `a`: each cell counted from the first of
  /// these rows, with both values. Cells where one of the two has no value are skipped.
  template <typename Take>
  void for_each(std::size_t first, std::size_t count, const Take& take) const {
    const std::vector<double> values = a_.read(first, count);
    const std::vector<double> others = b_has_rows_ ? b_.read(first, count) : std::vector<double>{};
    const std::span<const double> partners = b_has_rows_ ? others : whole_b_;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t row = i / partner_.size();
      const double b = partners[(b_has_rows_ ? row * b_row_ : 0) + partner_[i % partner_.size()]];
      if (!std::isnan(values[i]) && !std::isnan(b)) take(i, values[i], b);
    }
  }

 private:
  const pipeline::StoredRows& a_;
  const pipeline::StoredRows& b_;
  bool b_has_rows_;
  std::size_t b_row_ = 1;
  std::vector<std::size_t> partner_;  // of each cell of a row of a: in a row of b, or in all of b
  std::vector<double> whole_b_;
};

/// Refuses, as pipeline::ParamError, a `b` that has the first axis of `a` in another place.
void check_row_order(const pipeline::Variable& a, const pipeline::Variable& b);

/// Some of the cells that a fold folds into; by default all.
struct CellRange {
  std::size_t first = 0;
  std::size_t count = std::numeric_limits<std::size_t>::max();
};

/// As fold_axes, of pairs of values: State has add(a, b). Where the first axis is folded, only the cells of
/// `only` are computed, and handed over from `only.first` on.
template <typename State>
void fold_pairs(const pipeline::StoredRows& a, const pipeline::StoredRows& b, const Folding& folding,
                const std::function<void(std::size_t, const std::vector<State>&)>& done,
                CellRange only = {}) {
  const std::span<const pipeline::Axis> axes = a.variable().axes;
  const AlignedRows rows(a, b);
  const std::vector<std::size_t> row_targets = folding.targets(axes.first(1));
  const std::vector<std::size_t> targets = folding.targets(axes.subspan(1));
  const std::size_t cells = folding.cells(axes.subspan(1));
  const bool keeps_first = !folding.folds(axes.front().name);
  const std::size_t slab =
      slab_rows(std::max(targets.size(), keeps_first ? cells * sizeof(State) / sizeof(double) : 0));
  if (keeps_first) only = {};
  std::vector<State> states(keeps_first ? 0 : std::min(only.count, folding.cells(axes) - only.first));
  for (std::size_t first = 0; first < axes.front().size(); first += slab) {
    const std::size_t count = std::min(slab, axes.front().size() - first);
    if (keeps_first) states.assign(count * cells, State{});
    rows.for_each(first, count, [&](std::size_t cell, double value, double partner) {
      const std::size_t row = cell / targets.size();
      const std::size_t target =
          (keeps_first ? row : row_targets[first + row]) * cells + targets[cell % targets.size()];
      if (target - only.first < states.size()) states[target - only.first].add(value, partner);
    });
    if (keeps_first) done(first, states);
  }
  if (!keeps_first) done(only.first, states);
}

}  // namespace hookflow::stages
