#pragma once
#include <string>

namespace hookflow::pipeline::roff {

/// Text as man shows it, as it stands: no character of it is a command of the formatter.
std::string plain(const std::string& text);
std::string bold(const std::string& text);
/// A line that begins a section, or part of one.
std::string section(const std::string& title);
std::string subsection(const std::string& title);
/// A paragraph under a heading of its own, such as an option: both in the formatter's language.
std::string tagged(const std::string& tag, const std::string& text);

}  // namespace hookflow::pipeline::roff
