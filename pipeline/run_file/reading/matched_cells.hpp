#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

/// The steps of an axis that two arrays have both, by their labels.
struct MatchedAxis {
  Axis first;
  Axis second;
  std::vector<std::pair<std::size_t, std::size_t>> steps;  // of the first and of the second
  std::vector<std::size_t> first_only;
  std::vector<std::size_t> second_only;

  /// Each array has one step, and it is called otherwise in the other.
  [[nodiscard]] bool is_renamed() const;
};

/// The cells of two arrays that have the same labels along axes of the same names, in whatever order. A label
/// that stands several times is matched in order. Where both arrays have but one step along an axis, these
/// match whatever they are called: of two runs that replace heads by zero or by their mean, or take one
/// prompt or another, it is the rest that is compared.
class MatchedCells {
 public:
  /// Throws std::logic_error for arrays that are not same_axes().
  MatchedCells(const std::vector<Axis>& first, const std::vector<Axis>& second);
  /// Whether both have axes of the same names.
  static bool same_axes(const std::vector<Axis>& first, const std::vector<Axis>& second);

  [[nodiscard]] const std::vector<MatchedAxis>& axes() const { return axes_; }  // as in the first
  [[nodiscard]] std::size_t size() const;
  /// Calls `use(first, second)` with the numbers of each two cells, row-major; in the order of the first.
  template <class Use>
  void for_each(const Use& use) const {
    walk(0, 0, 0, use);
  }

 private:
  template <class Use>
  void walk(std::size_t axis, std::size_t first, std::size_t second, const Use& use) const {
    if (axis == offsets_.size()) return use(first, second);
    for (const auto& [one, other] : offsets_[axis]) walk(axis + 1, first + one, second + other, use);
  }

  std::vector<MatchedAxis> axes_;
  std::vector<std::vector<std::pair<std::size_t, std::size_t>>> offsets_;  // of each matched step, in cells
};

}  // namespace hookflow::pipeline
