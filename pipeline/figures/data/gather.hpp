#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/run_file/reading/run_file.hpp"
#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

/// Where the steps of an axis go in what is drawn; several may go to one, and some nowhere.
struct StepMap {
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  std::vector<std::size_t> target;  // [step]
  std::size_t size = 1;

  static StepMap all_to_one(std::size_t steps) { return {std::vector<std::size_t>(steps), 1}; }
  static StepMap only(std::size_t step, std::size_t steps);
  /// So many after one another go to one: 1, each to its own.
  static StepMap grouped(std::size_t by, std::size_t steps);
};

/// What has gone to each cell, row-major; NaN where nothing has.
struct Gathered {
  std::vector<double> mean, least, most;
  std::size_t infinite = 0;  // values, which are left out
};

/// Reads a variable, one map an axis. Of a single value the mean is the value as it is stored: of 32 bits,
/// with no more digits than tell it apart.
Gathered gather(const RunFile& run, const std::string& stage, const Variable& variable,
                const std::vector<StepMap>& maps);

}  // namespace hookflow::pipeline
