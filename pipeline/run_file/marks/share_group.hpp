#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/layout.hpp"

/// The group /share of a file that has a share of a run: which prompts and parts of the run are its own. It
/// never changes, so the seal covers it.
namespace hookflow::pipeline {

void write_share(h5::File& file, const RunLayout& layout);
/// Of a file whose lanes have these names; none: it has a whole run.
std::optional<ShareLayout> read_share(const h5::File& file, const std::vector<std::string>& lanes);
/// "3/8", or nothing.
std::string share_name(const h5::File& file);

}  // namespace hookflow::pipeline
