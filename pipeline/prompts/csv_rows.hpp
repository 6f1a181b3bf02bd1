#pragma once
#include <cstddef>
#include <istream>
#include <string>

#include "pipeline/prompts/prompt_rows.hpp"

namespace hookflow::pipeline {

/// Adds the rows of a CSV file with a header (RFC 4180, also with lines that end in CR), up to `limit`.
/// `name` is the file's in messages; throws InputError for a header that cannot be used and for a quote that
/// is never closed.
void read_csv_rows(std::istream& in, const std::string& name, std::size_t limit, PromptRows& rows);

}  // namespace hookflow::pipeline
