#pragma once
#include <string>
#include <vector>

#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// A setting that differs between two runs, with both values as text; empty: a run does not have it.
struct Difference {
  std::string what;
  std::string first;
  std::string second;
};

/// Which keys of two maps differ, as `stages.silenced.with`, values as JSON. Lists are compared whole.
std::vector<Difference> node_differences(const Node& first, const Node& second);
/// The same of two resolved workflows, given as JSON.
std::vector<Difference> workflow_differences(const std::string& first, const std::string& second);
/// Which prompts differ, by id, and in what, of two lists of prompts in JSON.
std::vector<Difference> prompt_differences(const std::vector<std::string>& first,
                                           const std::vector<std::string>& second);

/// "what: old in the file, new now", with what the two places are called.
std::string difference_line(const Difference& difference, const std::string& first_place,
                            const std::string& second_place);

}  // namespace hookflow::pipeline
