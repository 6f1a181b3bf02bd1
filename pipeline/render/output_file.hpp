#pragma once
#include <filesystem>
#include <string_view>

namespace hookflow::pipeline {

/// Throws InputError for a file that is there and does not begin with `beginning`, by which files of a kind
/// are known: such a file may be replaced, and nothing else ever is.
void expect_replaceable(const std::filesystem::path& path, std::string_view beginning);

/// Writes the whole file, which is replaceable. Throws InputError where that fails.
void write_output(const std::filesystem::path& path, std::string_view bytes, std::string_view beginning);

}  // namespace hookflow::pipeline
