#pragma once
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace hookflow::pipeline {

/// Which rows of a table are chosen, whose rows are the cells along some axes, counted row-major. While whole
/// steps of axes are chosen, these alone are kept, so that memory grows with the axes and not with the rows.
class ChosenRows {
 public:
  /// All rows; without axes there is one.
  explicit ChosenRows(const std::vector<std::size_t>& extents);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t operator[](std::size_t index) const;  // the row

  /// Whether the rows are all combinations of some steps of each axis.
  [[nodiscard]] bool is_grid() const { return !listed_; }
  /// Of a grid: the steps that are chosen of each axis.
  [[nodiscard]] const std::vector<std::vector<std::size_t>>& steps() const { return steps_; }
  /// Of a grid: a row that has this step.
  [[nodiscard]] std::size_t row_at(std::size_t axis, std::size_t step) const;

  /// Keeps some of a grid's steps.
  void keep_steps(std::size_t axis, std::vector<std::size_t> steps) { steps_[axis] = std::move(steps); }
  /// Keeps these rows, in this order: from now on no grid.
  void keep(std::vector<std::size_t> rows) { listed_ = std::move(rows); }

 private:
  std::vector<std::size_t> strides_;
  std::vector<std::vector<std::size_t>> steps_;
  std::optional<std::vector<std::size_t>> listed_;
};

}  // namespace hookflow::pipeline
