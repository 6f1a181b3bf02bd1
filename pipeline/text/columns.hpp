#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// UTF-8 text as it stands on a terminal, in columns: an ideograph takes two, a combining mark none.
namespace hookflow::pipeline {

std::size_t columns_of(std::string_view text);

/// The text on one line: tabs, line ends and other control characters spelled `\t`, `\n`, `\x1b`.
std::string one_line(std::string_view text);

/// The text in at most so many columns, cut between characters and marked with "…".
std::string cut_to_columns(const std::string& text, std::size_t columns);

/// The text's words in lines of at most so many columns, but for a longer word; line ends in the text stay.
/// Lines after the first begin with `indent` spaces, and with those that the text's own line begins with.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace hookflow::pipeline
