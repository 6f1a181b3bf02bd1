#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/run_file/reading/compare_settings.hpp"
#include "pipeline/run_file/reading/run_file.hpp"

namespace hookflow::pipeline {

/// How a dataset differs between two run files.
struct DatasetDifference {
  std::string path;         // /scores/log_prob; not of values: /, /checkpoint
  std::string problem;      // what keeps its values from being compared; empty: they were
  std::size_t unequal = 0;  // values
  std::size_t cells = 0;    // of the dataset
  double largest = 0;       // difference; infinite where one of the two is no number, or they stand for texts
  std::string where;        // of the largest, by the axes' labels
  std::string first, second;  // the two values there
};

struct RunComparison : SettingsComparison {
  std::size_t datasets = 0;  // that were compared
  std::size_t cells = 0;
  bool first_complete = true;  // false: some of its cells are still to be computed
  bool second_complete = true;
  std::vector<DatasetDifference> differences;  // empty: the runs are equal
};

/// Compares results, inputs, labels and the checkpoint of two run files, to the bit but for NaN, of which
/// there is one kind. Times, counters and how the files were made are left out.
RunComparison compare_runs(const RunFile& first, const RunFile& second);

}  // namespace hookflow::pipeline
