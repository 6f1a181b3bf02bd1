#pragma once
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/group_contents.hpp"

namespace hookflow::pipeline {

/// How a file differs from what is planned, a line with both values for each difference.
std::vector<std::string> differences(const h5::File& file, const std::vector<GroupContents>& planned);

/// How a file differs from what `layout` and `identity` say: in what it was made from (workflow keys, prompts
/// by id, hashes); when that is equal, in what it holds. A line with both values for each difference.
std::vector<std::string> mismatches(const h5::File& file, const RunLayout& layout,
                                    const std::vector<GroupContents>& planned, const Identity& identity);

}  // namespace hookflow::pipeline
