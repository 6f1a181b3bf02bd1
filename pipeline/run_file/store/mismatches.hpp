#pragma once
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/group_contents.hpp"

namespace hookflow::pipeline {

/// What a file has otherwise than planned, a line each with both values.
std::vector<std::string> differences(const h5::File& file, const std::vector<GroupContents>& planned);

/// What the file was made from otherwise than `layout` and `identity` say: workflow keys, prompts by id,
/// hashes; a line each with both values. When those are equal, what it holds otherwise.
std::vector<std::string> mismatches(const h5::File& file, const RunLayout& layout,
                                    const std::vector<GroupContents>& planned, const Identity& identity);

}  // namespace hookflow::pipeline
