#pragma once
#include <string_view>

namespace hookflow::pipeline {

/// A text file of the source tree that the program holds, by its path, such as
/// "pipeline/report/page/page.css". The build makes the table of them. Throws std::logic_error for a file
/// that it does not hold.
std::string_view embedded_text(std::string_view path);

}  // namespace hookflow::pipeline
