#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "pipeline/terminal/window.hpp"

namespace hookflow::pipeline {

/// How far each share of a run is, a row a file: done, failed, rate, last sign of life; then which shares
/// have no file. A file that is missing or cannot be read is a row, too, and says why.
void print_shards(const std::vector<std::string>& paths, std::ostream& out, const Window& window);

}  // namespace hookflow::pipeline
