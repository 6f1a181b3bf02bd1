#include "pipeline/inspect/chosen_rows.hpp"

#include <numeric>

namespace hookflow::pipeline {

ChosenRows::ChosenRows(const std::vector<std::size_t>& extents)
    : strides_(extents.size()), steps_(extents.size()) {
  std::size_t inner = 1;
  for (std::size_t axis = extents.size(); axis-- > 0;) {
    strides_[axis] = inner;
    inner *= extents[axis];
    steps_[axis].resize(extents[axis]);
    std::iota(steps_[axis].begin(), steps_[axis].end(), std::size_t{0});
  }
}

std::size_t ChosenRows::size() const {
  if (listed_) return listed_->size();
  std::size_t rows = 1;
  for (const std::vector<std::size_t>& steps : steps_) rows *= steps.size();
  return rows;
}

std::size_t ChosenRows::operator[](std::size_t index) const {
  if (listed_) return (*listed_)[index];
  std::size_t row = 0;
  for (std::size_t axis = steps_.size(); axis-- > 0;) {
    row += steps_[axis][index % steps_[axis].size()] * strides_[axis];
    index /= steps_[axis].size();
  }
  return row;
}

std::size_t ChosenRows::row_at(std::size_t axis, std::size_t step) const { return step * strides_[axis]; }

}  // namespace hookflow::pipeline
