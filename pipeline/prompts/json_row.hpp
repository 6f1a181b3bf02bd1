#pragma once
#include <string_view>

#include "pipeline/prompts/prompt_rows.hpp"

namespace hookflow::pipeline {

/// Sets the keys of the row that is under way from a line of JSON, an object; refuses what is none.
void set_json_row(std::string_view line, PromptRows& rows);

}  // namespace hookflow::pipeline
