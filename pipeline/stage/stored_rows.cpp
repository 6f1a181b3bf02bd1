#include "pipeline/stage/stored_rows.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {

std::vector<double> StoredRows::read(std::size_t first, std::size_t count) const {
  CellBox box;
  for (const Axis& axis : variable().axes) {
    box.start.push_back(0);
    box.count.push_back(axis.size());
  }
  if (!box.start.empty()) {
    box.start.front() = first;
    box.count.front() = count;
  }
  return read_box(box);
}

std::vector<double> RowsInMemory::read_box(const CellBox& box) const {
  std::size_t run = 1;  // cells of the box so far that follow one another in memory
  std::vector<std::size_t> runs = {0};
  for (std::size_t axis = 0; axis < box.start.size(); ++axis) {
    const bool last = axis + 1 == box.start.size();
    if (last) run = box.count[axis];
    std::vector<std::size_t> next;
    for (const std::size_t cell : runs) {
      const std::size_t begin = cell * variable_.axes[axis].size() + box.start[axis];
      for (std::size_t step = 0; step < (last ? 1 : box.count[axis]); ++step) next.push_back(begin + step);
    }
    runs = std::move(next);
  }
  std::vector<double> values;
  for (const std::size_t cell : runs) {
    const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(cell);
    values.insert(values.end(), begin, begin + static_cast<std::ptrdiff_t>(run));
  }
  return values;
}

std::vector<double> read_all(const StoredRows& rows) {
  const Variable& variable = rows.variable();
  std::vector<double> values = rows.read(0, variable.axes.empty() ? 1 : variable.axes.front().size());
  const auto missing = std::ranges::find_if(values, [](double value) { return std::isnan(value); });
  if (missing == values.end()) return values;
  const std::string place = place_of(variable.axes, static_cast<std::size_t>(missing - values.begin()));
  throw MissingResults(variable.name + " has no value" + (place.empty() ? "" : " at " + place));
}

}  // namespace hookflow::pipeline
