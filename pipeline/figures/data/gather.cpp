#include "pipeline/figures/data/gather.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "pipeline/run_file/reading/read_rows.hpp"

namespace hookflow::pipeline {
namespace {

/// 0.1f as 0.1, not as 0.10000000149.
double shortest(double value) {
  std::array<char, 32> digits{};
  const char* end =
      std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<float>(value)).ptr;
  double same = value;
  std::from_chars(digits.data(), end, same);
  return same;
}

class Gatherer {
 public:
  Gatherer(const Variable& variable, const std::vector<StepMap>& maps)
      : single_precision_(variable.dtype == Dtype::float32), maps_(maps) {
    for (const StepMap& map : maps) cells_ *= map.size;
    gathered_ = {std::vector<double>(cells_), std::vector<double>(cells_, std::nan("")),
                 std::vector<double>(cells_, std::nan("")), 0};
    counts_.resize(cells_);
    targets_ = {0};
    for (std::size_t axis = 1; axis < maps.size(); ++axis) targets_ = along(targets_, maps[axis]);
  }

  /// The rows from which something is wanted.
  [[nodiscard]] std::vector<std::size_t> rows() const {
    if (maps_.empty()) return {0};
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < maps_[0].target.size(); ++row)
      if (maps_[0].target[row] != StepMap::kNowhere) rows.push_back(row);
    return rows;
  }

  void add_row(std::size_t row, std::span<const double> values) {
    const std::size_t first = maps_.empty() ? 0 : maps_[0].target[row] * (cells_ / maps_[0].size);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (targets_[i] != StepMap::kNowhere && !std::isnan(values[i])) add(first + targets_[i], values[i]);
  }

  Gathered take() {
    for (std::size_t cell = 0; cell < cells_; ++cell) {
      double& mean = gathered_.mean[cell];
      if (counts_[cell] == 0)
        mean = std::nan("");
      else if (counts_[cell] > 1)
        mean /= static_cast<double>(counts_[cell]);
      else if (single_precision_)
        mean = shortest(mean);
    }
    return std::move(gathered_);
  }

 private:
  static std::vector<std::size_t> along(const std::vector<std::size_t>& outer, const StepMap& map) {
    std::vector<std::size_t> targets;
    targets.reserve(outer.size() * map.target.size());
    for (const std::size_t before : outer)
      for (const std::size_t step : map.target) {
        const bool nowhere = before == StepMap::kNowhere || step == StepMap::kNowhere;
        targets.push_back(nowhere ? StepMap::kNowhere : before * map.size + step);
      }
    return targets;
  }

  void add(std::size_t cell, double value) {
    if (std::isinf(value)) {
      ++gathered_.infinite;
      return;
    }
    ++counts_[cell];
    gathered_.mean[cell] += value;
    gathered_.least[cell] = std::fmin(gathered_.least[cell], value);
    gathered_.most[cell] = std::fmax(gathered_.most[cell], value);
  }

  bool single_precision_;
  const std::vector<StepMap>& maps_;
  std::size_t cells_ = 1;
  std::vector<std::size_t> targets_;  // of the cells of a row
  std::vector<std::size_t> counts_;
  Gathered gathered_;  // the mean is the sum until all are there
};

}  // namespace

StepMap StepMap::only(std::size_t step, std::size_t steps) {
  StepMap map{std::vector<std::size_t>(steps, kNowhere), 1};
  map.target[step] = 0;
  return map;
}

StepMap StepMap::grouped(std::size_t by, std::size_t steps) {
  StepMap map{{}, (steps + by - 1) / by};
  for (std::size_t step = 0; step < steps; ++step) map.target.push_back(step / by);
  return map;
}

Gathered gather(const RunFile& run, const std::string& stage, const Variable& variable,
                const std::vector<StepMap>& maps) {
  Gatherer gatherer(variable, maps);
  read_variable_rows(run, stage, variable, gatherer.rows(),
                     [&](std::size_t row, std::span<const double> values) { gatherer.add_row(row, values); });
  return gatherer.take();
}

}  // namespace hookflow::pipeline
