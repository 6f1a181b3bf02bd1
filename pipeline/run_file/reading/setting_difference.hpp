#pragma once
#include <string>
#include <vector>

namespace hookflow::pipeline {

/// A setting that differs between two runs, with both values as text; empty: a run does not have it.
struct Difference {
  std::string what;
  std::string first;
  std::string second;
};

/// Which keys of two resolved workflows differ, as `stages.silenced.with`, all of it JSON. Lists are compared
/// whole.
std::vector<Difference> workflow_differences(const std::string& first, const std::string& second);
/// Which prompts differ, by id, and in what, of two lists of prompts in JSON.
std::vector<Difference> prompt_differences(const std::vector<std::string>& first,
                                           const std::vector<std::string>& second);

/// "what: old in the file, new now" on one line, with what the two places are called.
std::string difference_line(const Difference& difference, const std::string& first_place,
                            const std::string& second_place);

}  // namespace hookflow::pipeline
