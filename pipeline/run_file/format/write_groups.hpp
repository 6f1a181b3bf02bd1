#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/group_contents.hpp"

namespace hookflow::pipeline {

/// Writes the groups: every dataset allocated, filled and joined to its axes. The axes are written again in
/// each group, so that a group can be opened by itself.
void write_contents(h5::File& file, const std::vector<GroupContents>& groups);
/// Tells viewers that look for it (NeXus) which variable to draw first.
void write_default_plot(h5::File& file, const std::string& group, const Variable& variable);
/// Writes all texts of a dataset, some at a time, so that they are never all in memory.
void write_texts(h5::Dataset& dataset, const TextRows& texts);
/// Makes a dataset along axes, which become dimension scales of the group where it has none of the name yet.
h5::Dataset create_array(h5::Group& group, const std::string& name, h5::Kind kind,
                         const std::vector<Axis>& axes, const std::string& long_name);
/// Makes texts of limited length, one for each row, that can be overwritten in place: an axis of characters,
/// as netCDF has them, whose library crashes on HDF5's own kind. Without axes it is a single text.
h5::Dataset create_text_rows(h5::Group& group, const std::string& name, std::size_t bytes,
                             const std::vector<Axis>& rows, const std::string& long_name);
/// How values of a type are stored.
h5::Kind kind_of(Dtype dtype);

}  // namespace hookflow::pipeline
