#pragma once
#include <cstddef>
#include <vector>

#include "pipeline/run_file/format/layout.hpp"

namespace hookflow::pipeline {

/// Which results are built on which others over all prompts, by their indices in the layout: what is computed
/// anew takes back what was built on it.
struct Dependencies {
  explicit Dependencies(const RunLayout& layout);

  std::vector<std::vector<std::size_t>> lanes_of_fold;  // that it reads
  std::vector<std::vector<std::size_t>> folds_of_fold;  // that it reads
  std::vector<std::vector<std::size_t>> folds_of_lane;  // that it is built on, directly or not
};

}  // namespace hookflow::pipeline
