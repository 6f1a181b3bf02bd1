#pragma once
#include <filesystem>
#include <string>

namespace hookflow::pipeline {

/// Loads a shared library for as long as the program runs; its static initialisers register what it holds.
/// Throws InputError where it cannot be loaded. What an initialiser throws cannot leave the dynamic linker:
/// it ends the program with a message and exit code 3.
/// `where` begins messages.
void open_library(const std::filesystem::path& path, const std::string& where);

}  // namespace hookflow::pipeline
