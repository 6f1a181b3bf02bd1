#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/groups.hpp"

namespace hookflow::pipeline {

/// Writes the groups: every dataset allocated, filled and joined to its axes. The axes are written again in
/// each group, so that a group can be opened by itself.
void write_contents(h5::File& file, const std::vector<GroupContents>& groups);
/// Tells viewers that look for it (NeXus) which variable to draw first.
void write_default_plot(h5::File& file, const std::string& group, const Variable& variable);
/// All texts of a dataset, some at a time.
void write_texts(h5::Dataset& dataset, const TextRows& texts);
/// One axis as a dimension scale of a group; two lines of every dataset that has it.
h5::Dataset write_scale(h5::Group& group, const Axis& axis);
void describe(h5::Dataset& dataset, const std::string& long_name, const std::string& units,
              const std::vector<Axis>& axes);

/// Texts of limited length, one a row and to be overwritten in place, the way netCDF has them: an axis of
/// characters. Its library crashes on HDF5's. The rows' scale must be there.
void write_text_rows(h5::Group& group, const std::string& name, std::size_t bytes, const Axis& rows,
                     const std::string& long_name);
h5::Kind kind_of(Dtype dtype);

}  // namespace hookflow::pipeline
