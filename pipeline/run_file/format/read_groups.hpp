#pragma once
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/group_contents.hpp"

namespace hookflow::pipeline {

/// The groups of results and inputs: all but the file's own (is_own_group).
std::vector<GroupContents> read_contents(const h5::File& file);
/// An attribute; empty where the object does not have it.
std::string text_or_none(const h5::Object& object, const std::string& attribute);
Axis read_axis(const h5::Group& group, const std::string& name);

}  // namespace hookflow::pipeline
