#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace hookflow::pipeline {

/// A workflow that comes with hookflow.
struct ShippedWorkflow {
  std::string name;   // and its file's, without the ending
  std::string about;  // what it asks
  std::filesystem::path path;
};

/// All of them, by name: of the installation that the program is in, else of the source tree. Throws
/// InputError where there are none.
std::vector<ShippedWorkflow> shipped_workflows();

}  // namespace hookflow::pipeline
