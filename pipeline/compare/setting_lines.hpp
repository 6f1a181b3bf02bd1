#pragma once
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/run_file/reading/setting_difference.hpp"

namespace hookflow::pipeline {

/// Prints settings that differ, a line each, with what the two files are called. Where not all is asked for,
/// the first few, with the beginnings of their values.
void print_settings(std::vector<Difference> settings, const std::pair<std::string, std::string>& files,
                    bool all, std::ostream& out);

}  // namespace hookflow::pipeline
