#pragma once
#include <cstddef>
#include <filesystem>
#include <string>

#include "pipeline/prompts/prompts.hpp"

namespace hookflow::pipeline {

/// Why a file of this name is not read, by its extension; empty: it is.
std::string prompt_file_problem(const std::filesystem::path& name);

/// The first `limit` rows of a JSON Lines or CSV file. Throws InputError.
Prompts read_prompt_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace hookflow::pipeline
