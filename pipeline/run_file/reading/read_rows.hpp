#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/run_file/reading/run_file.hpp"
#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

/// Reads those rows along a variable's first axis, some at a time so that memory does not grow with the run,
/// and hands them to `use`, one after the other: NaN where there is no value. Without axes it has one row.
void read_variable_rows(const RunFile& run, const std::string& group, const Variable& variable,
                        const std::vector<std::size_t>& rows,
                        const std::function<void(std::size_t row, std::span<const double> values)>& use);

}  // namespace hookflow::pipeline
