#pragma once
#include <string>
#include <utility>
#include <vector>

#include "pipeline/run_file/reading/setting_difference.hpp"

namespace hookflow::pipeline {

/// Settings that differ, a line each, with what the two files are called. Where not all is asked for, the
/// first few, with the beginnings of their values.
std::vector<std::string> setting_lines(std::vector<Difference> settings,
                                       const std::pair<std::string, std::string>& files, bool all);

}  // namespace hookflow::pipeline
