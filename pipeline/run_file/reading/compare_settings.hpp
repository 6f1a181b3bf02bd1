#pragma once
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/reading/setting_difference.hpp"

namespace hookflow::pipeline {

/// What two runs were made from and how, as far as it differs.
struct SettingsComparison {
  std::vector<Difference> causes;    // what decides results
  std::vector<Difference> settings;  // that do not make results unequal
};

/// Times, counters and command lines are left out.
SettingsComparison compare_settings(const h5::File& first, const h5::File& second);

}  // namespace hookflow::pipeline
