#pragma once
#include <filesystem>
#include <string_view>

namespace hookflow::pipeline {

/// Throws InputError where no page may be written: only pages are replaced. To be told before one is made,
/// which takes time.
void expect_page_file(const std::filesystem::path& path);
/// Writes the page there, and says so on standard output.
void write_page(const std::filesystem::path& path, std::string_view page);

}  // namespace hookflow::pipeline
