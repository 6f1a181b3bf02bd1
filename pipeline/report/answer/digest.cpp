#include "pipeline/report/answer/digest.hpp"

#include <algorithm>
#include <cmath>

#include "pipeline/run_file/reading/cell_reader.hpp"
#include "pipeline/values/rows.hpp"

namespace hookflow::pipeline {

void Digest::add(double value, std::size_t cell) {
  if (std::isnan(value)) return;
  if (std::isinf(value)) {
    ++infinite_;
    return;
  }
  ++count_;
  if (value == 1) ++ones_;
  mean_ += (value - mean_) / static_cast<double>(count_);
  const FoundValue found{value, cell};
  if (count_ == 1 || value < lowest_.value) lowest_ = found;
  if (count_ == 1 || value > highest_.value) highest_ = found;
  rank(found);
  if (times_.size() <= kMostDifferent) ++times_[value];
}

void Digest::rank(const FoundValue& found) {
  const auto before = std::ranges::find_if(
      top_, [&](const FoundValue& other) { return std::abs(found.value) > std::abs(other.value); });
  if (before == top_.end() && top_.size() == kTop) return;
  top_.insert(before, found);
  if (top_.size() > kTop) top_.pop_back();
}

std::optional<CommonValue> Digest::commonest() const {
  if (times_.empty() || times_.size() > kMostDifferent) return {};
  const auto most =
      std::ranges::max_element(times_, {}, [](const auto& value_times) { return value_times.second; });
  return CommonValue{most->first, most->second, times_.size()};
}

std::vector<Digest> digests(const RunFile& run, const std::string& group, const Variable& variable,
                            const std::string& axis) {
  std::size_t labels = 1;
  std::size_t inner = 1;  // cells of one step along the axis
  const auto by = std::ranges::find(variable.axes, axis, &Axis::name);
  if (by != variable.axes.end()) {
    labels = by->size();
    for (auto next = by + 1; next != variable.axes.end(); ++next) inner *= next->size();
  }
  const bool is_integer = variable.dtype == Dtype::int64;
  std::vector<Digest> found(labels);
  run.read([&](const h5::File& file) {
    const h5::Dataset dataset = file.open_group(group).open_dataset(variable.name);
    for_stretches(dataset.cells(), [&](std::size_t first, std::size_t count) {
      const std::vector<double> values = read_cells<double>(dataset, first, count);
      for (std::size_t i = 0; i < count; ++i)
        if (!is_integer || values[i] != -1) found[(first + i) / inner % labels].add(values[i], first + i);
    });
  });
  return found;
}

}  // namespace hookflow::pipeline
