#include "pipeline/run_file/marks/dependencies.hpp"

#include <algorithm>
#include <string>

namespace hookflow::pipeline {
namespace {

template <class Item>
std::vector<std::size_t> indices_of(const std::vector<std::string>& names, const std::vector<Item>& items) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (std::ranges::find(names, items[i].name) != names.end()) indices.push_back(i);
  return indices;
}

}  // namespace

Dependencies::Dependencies(const RunLayout& layout) {
  for (const FoldLayout& fold : layout.folds) {
    lanes_of_fold.push_back(indices_of(fold.reads, layout.lanes));
    folds_of_fold.push_back(indices_of(fold.reads, layout.folds));
  }
  for (const LaneLayout& lane : layout.lanes)
    folds_of_lane.push_back(indices_of(lane.built_on, layout.folds));
}

}  // namespace hookflow::pipeline
