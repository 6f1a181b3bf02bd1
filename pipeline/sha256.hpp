#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace hookflow::pipeline {

/// SHA-256 in lower-case hexadecimal.
std::string sha256(std::string_view bytes);
/// Of a file's contents. Throws InputError when it cannot be read.
std::string sha256_file(const std::filesystem::path& path);

}  // namespace hookflow::pipeline
