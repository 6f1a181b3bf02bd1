#pragma once
#include <set>
#include <string>
#include <vector>

#include "pipeline/text/problems.hpp"
#include "pipeline/workflow/workflow.hpp"

namespace hookflow::pipeline {

/// Fills in each stage's inputs (one a port) and puts the stages in an order in which inputs come first, and
/// stages without any before all others. An
/// `in:` is a name, a list of names that are matched to the ports by the kind of value, or a map port: name;
/// nullptr: the stage has none.
/// `broken` names stages that could not be read, about which there is nothing more to say.
void wire_stages(std::vector<StageSpec>& stages, const std::vector<const Node*>& ins,
                 const std::set<std::string>& broken, Problems& problems);

}  // namespace hookflow::pipeline
