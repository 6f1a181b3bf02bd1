#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "pipeline/values/array.hpp"

namespace hookflow::stages {

/// Numbers as they are measured, row-major: [variable][cell]; NaN where there is no value.
using Numbers = std::vector<std::vector<double>>;

/// Cells that have no value.
void add_missing(std::vector<double>& numbers, std::size_t cells);

/// The variable's change from another pass of the same prompt. A whole number is an id, an index or a count
/// and so never negative; its change may be, and is no whole number to the file. Of a token id, which has no
/// difference, whether it is another: 0 or 1.
pipeline::Variable change_of(const pipeline::Variable& variable, const std::string& from = "clean");
/// That change of one of its cells.
double change(const pipeline::Variable& variable, double now, double before);

/// A column for each variable, empty, with room for its cells of so many passes: grown step by step, they
/// would take up to three times their memory.
std::vector<pipeline::Column> columns_for(std::span<const pipeline::Variable> variables, std::size_t passes);
/// Adds numbers to a column as it stores them. Throws std::logic_error for a negative one among whole
/// numbers, which would read as missing; pipeline::PromptFailure for one that is finite and too large to be.
void append(std::span<const double> numbers, pipeline::Column& column);

}  // namespace hookflow::stages
