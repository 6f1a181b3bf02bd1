#pragma once
#include <filesystem>
#include <string>

#include "pipeline/run_file/reading/run_file.hpp"

namespace hookflow::pipeline {

/// The page that shows what a run came to, finished or not: one file, which needs nothing else. Equal files
/// and names give equal pages. Throws InputError for a file that cannot be read, and where vega is missing.
std::string report_page(const RunFile& run);

/// "F.html" beside a run file "F.h5".
std::filesystem::path report_path(std::filesystem::path run_file);

}  // namespace hookflow::pipeline
