#pragma once
#include <string>
#include <vector>

#include "pipeline/compare/comparison_text.hpp"
#include "pipeline/report/answer/answer.hpp"

/// How alike two runs are, in sentences.
namespace hookflow::pipeline {

/// How many variables are equal in every value.
std::string equality_sentence(const RunsBeside& runs);
/// Of each variable that is not equal: correlation, largest difference, ranks, and values that changed
/// between 0 and 1; or why its values cannot be compared.
std::vector<StageAnswer> variable_answers(const RunsBeside& runs);

}  // namespace hookflow::pipeline
