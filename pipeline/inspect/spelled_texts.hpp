#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/run_file/reading/stored_values.hpp"
#include "pipeline/run_file/reading/view.hpp"

/// Texts that are not stored: what the numbers of a dataset stand for along an axis that spells
/// (Axis::spells).
namespace hookflow::pipeline {

/// The texts that integers of these units stand for: they count along the axis of a list of texts. Empty:
/// none.
TextRows texts_counted_by(const RunFileView& view, const std::string& units);

/// Adds those of a group to its datasets, behind what they are made of.
void add_spelled(std::vector<StoredDataset>& datasets);

/// The text of each cell along all axes but the one that spells, read as they are asked for; empty where
/// there is none. `pieces`: the dataset of numbers. Borrows the run.
std::function<std::string(std::size_t)> spelled_texts(const RunFile& run, const RunFileView& view,
                                                      const std::string& group, const StoredDataset& pieces);

}  // namespace hookflow::pipeline
