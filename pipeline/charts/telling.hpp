#pragma once
#include <string>
#include <vector>

#include "pipeline/run_file/format/layout.hpp"

namespace hookflow::pipeline {

/// How much a variable of a stage tells of what was found, the most first.
enum class Telling {
  tested,     // an effect whose significance was tested
  change,     // what has changed
  effect,     // a result of which others tell
  result,     // a result by itself
  ancillary,  // what only tells of another, such as a p-value
  index       // an id, an index or a count
};
Telling telling_of(const Variable& variable, const std::vector<Variable>& stage);

/// "stage.variable" of what tells most of the groups' results, of equals the first; empty: they have none.
std::string most_telling(const std::vector<GroupLayout>& groups);

}  // namespace hookflow::pipeline
