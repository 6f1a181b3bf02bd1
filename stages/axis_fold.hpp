#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/stage.hpp"

namespace hookflow::stages {

/// Whether the variable has every one of the named axes.
bool has_axes(const pipeline::Variable& variable, const std::vector<std::string>& names);
/// Its other axes, in order.
std::vector<pipeline::Axis> axes_without(const pipeline::Variable& variable,
                                         const std::vector<std::string>& names);
/// Why none of the variables has the named axes, with the axes that they have.
std::string no_such_axes(const std::vector<pipeline::Variable>& variables,
                         const std::vector<std::string>& names);

/// Where each cell of one row (all axes but the first) goes when the named axes are folded away.
std::vector<std::size_t> fold_targets(const pipeline::Variable& variable,
                                      const std::vector<std::string>& over);

/// Folds the named axes of a stored variable into cells of type State, which has add(double), and hands them
/// to `done(first_row, cells)`: rows along the first remaining axis. Reads in slabs in index order, so memory
/// is that of a slab and of what is handed over; cells without a value are skipped.
template <typename State>
void fold_axes(const pipeline::StoredRows& rows, const std::vector<std::string>& over,
               const std::function<void(std::size_t, const std::vector<State>&)>& done) {
  constexpr std::size_t kSlabCells = std::size_t{1} << 20;
  const pipeline::Variable& variable = rows.variable();
  const std::size_t row_count = variable.axes.front().size();
  const std::vector<std::size_t> targets = fold_targets(variable, over);
  const std::size_t cells = targets.empty() ? 1 : *std::max_element(targets.begin(), targets.end()) + 1;
  const bool keeps_first = std::find(over.begin(), over.end(), variable.axes.front().name) == over.end();
  const std::size_t slab = std::max<std::size_t>(1, kSlabCells / std::max<std::size_t>(1, targets.size()));
  std::vector<State> states(keeps_first ? 0 : cells);
  for (std::size_t first = 0; first < row_count; first += slab) {
    const std::size_t count = std::min(slab, row_count - first);
    const std::vector<double> values = rows.read(first, count);
    if (keeps_first) states.assign(count * cells, State{});
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) continue;
      const std::size_t row = i / targets.size();
      states[(keeps_first ? row * cells : 0) + targets[i % targets.size()]].add(values[i]);
    }
    if (keeps_first) done(first, states);
  }
  if (!keeps_first) done(0, states);
}

}  // namespace hookflow::stages
