#pragma once
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "pipeline/workflow/problems.hpp"
#include "pipeline/workflow/workflow.hpp"

namespace hookflow::pipeline {

/// The `in:` of a stage as it stands in the file.
struct Wire {
  const Node* in = nullptr;  // none: no input is given
  std::size_t line = 0;
};

/// Fills in each stage's inputs (one a port) and puts the stages in an order in which inputs come first. An
/// `in:` is a name, a list of names that are matched to the ports by the kind of value, or a map port: name.
/// `broken` names stages that could not be read, about which there is nothing more to say.
void wire_stages(std::vector<StageSpec>& stages, const std::vector<Wire>& wires,
                 const std::set<std::string>& broken, Problems& problems);

}  // namespace hookflow::pipeline
