#pragma once
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

struct Figure {
  std::string id;
  std::string title;
  std::string note;
  nlohmann::json spec;
  bool large = false;
};

std::vector<Figure> figures_of(const RunFile& run, const RunFileView& view);

}  // namespace hookflow::pipeline
