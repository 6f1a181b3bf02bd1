#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "stages/aggregate/folding.hpp"

namespace hookflow::stages {

/// Whether the variable has every one of the named axes.
bool has_axes(const pipeline::Variable& variable, const std::vector<std::string>& names);
/// Why none of the variables has the named axes, with the axes that they have.
std::string no_such_axes(const std::vector<pipeline::Variable>& variables,
                         const std::vector<std::string>& names);

/// How many rows are read at once, where each takes the memory of so many numbers.
std::size_t slab_rows(std::size_t cells);

/// What a fold does with the cells that it folds into. They come in stretches of rows along the first axis
/// that remains; `first_row` is where a stretch begins.
template <typename State>
struct CellFold {
  std::function<void(std::size_t first_row, std::vector<State>& cells)>
      start;  // optional: sets fresh cells up
  std::function<void(std::size_t first_row, const std::vector<State>& cells)> done;
  std::size_t numbers = sizeof(State) / sizeof(double);  // that a cell holds
};

/// Folds a stored variable into cells of type State, which has add(double). Values are added in the order in
/// which they are stored, those that are missing left out. Memory: the rows that are read at once, and the
/// cells of a stretch; where the first axis is folded or grouped, all cells.
template <typename State>
void fold_axes(const pipeline::StoredRows& rows, const Folding& folding, const CellFold<State>& fold) {
  const std::span<const pipeline::Axis> axes = rows.variable().axes;
  const std::size_t row_count = axes.front().size();
  const std::vector<std::size_t> row_targets = folding.targets(axes.first(1));
  const std::vector<std::size_t> targets = folding.targets(axes.subspan(1));
  const std::size_t cells = folding.cells(axes.subspan(1));
  const bool keeps_first = !folding.folds(axes.front().name);
  const std::size_t slab = slab_rows(std::max(targets.size(), keeps_first ? cells * fold.numbers : 0));
  std::vector<State> states;
  const auto start = [&](std::size_t first_row, std::size_t count) {
    states.assign(count, State{});
    if (fold.start) fold.start(first_row, states);
  };
  if (!keeps_first) start(0, folding.cells(axes));
  for (std::size_t first = 0; first < row_count; first += slab) {
    const std::size_t count = std::min(slab, row_count - first);
    const std::vector<double> values = rows.read(first, count);
    if (keeps_first) start(first, count * cells);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) continue;
      const std::size_t row = i / targets.size();
      states[(keeps_first ? row : row_targets[first + row]) * cells + targets[i % targets.size()]].add(
          values[i]);
    }
    if (keeps_first) fold.done(first, states);
  }
  if (!keeps_first) fold.done(0, states);
}

/// The same where fresh cells need nothing: hands them to `done(first_row, cells)`.
template <typename State>
void fold_axes(const pipeline::StoredRows& rows, const Folding& folding,
               const std::function<void(std::size_t, const std::vector<State>&)>& done) {
  fold_axes(rows, folding, CellFold<State>{nullptr, done});
}

}  // namespace hookflow::stages
