#pragma once
#include <optional>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/values/warning.hpp"

namespace hookflow::pipeline {

/// Makes the group /warnings, a text of each of a warning's parts along the axis `warning`; they never
/// change.
void write_warnings(h5::File& file, const std::vector<Warning>& warnings);
/// None: the file is of a format that has none.
std::optional<std::vector<Warning>> read_warnings(const h5::File& file);
/// Whether a file has that group. Before format 5 a stage might be called so.
bool has_warnings(const h5::File& file);

}  // namespace hookflow::pipeline
