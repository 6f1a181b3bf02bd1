#pragma once
#include <string_view>

#include "pipeline/prompts/prompt_rows.hpp"

namespace hookflow::pipeline {

/// Adds a row from a line of JSON, an object; refuses what is none. `number`: of its place.
void add_json_row(std::size_t number, std::string_view line, PromptRows& rows);

}  // namespace hookflow::pipeline
