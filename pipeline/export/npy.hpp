#pragma once
#include <iosfwd>
#include <string>

#include "pipeline/export/tables.hpp"
#include "pipeline/inspect/chosen_rows.hpp"

namespace hookflow::pipeline {

/// The one variable of a table as an array file of numpy's, format 1.0: row-major, of the type it is stored
/// with, as long along each axis as steps of it are chosen. `cells` is a grid of the variable's cells.
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
void write_npy(const RunFile& run, const ExportTable& array, const ChosenRows& cells, std::ostream& out);

/// What a .npy does not tell, as JSON: its axes with the labels that are chosen, units and meaning, and the
/// run it comes from. `conditions`: those that chose the cells.
std::string npy_description(const RunFile& run, const RunFileView& view, const ExportTable& array,
                            const ChosenRows& cells, const std::vector<std::string>& conditions);

}  // namespace hookflow::pipeline
