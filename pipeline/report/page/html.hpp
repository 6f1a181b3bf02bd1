#pragma once
#include <map>
#include <string>
#include <string_view>

namespace hookflow::pipeline {

/// Any text as text of a page, or within quotes in a tag: nothing in it can become a tag.
std::string escaped(std::string_view text);

/// The page with each `{{name}}` replaced by its value, which is HTML. Throws std::logic_error for a name
/// that has none.
std::string filled_page(std::string_view page, const std::map<std::string, std::string, std::less<>>& values);

}  // namespace hookflow::pipeline
