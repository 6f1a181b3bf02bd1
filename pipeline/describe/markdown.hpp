#pragma once
#include <string>
#include <string_view>

/// GitHub's Markdown (https://github.github.com/gfm).
namespace hookflow::pipeline::markdown {

/// Text that reads as it stands, but for what is in backquotes, which is code.
std::string prose(std::string_view text);
/// Code within a line. There must be no backquote in it.
std::string code(const std::string& text);
/// What is Markdown already, in a cell of a table.
std::string cell(std::string_view text);
/// Where a link to a heading of that text leads.
std::string anchor(std::string_view heading);

}  // namespace hookflow::pipeline::markdown
