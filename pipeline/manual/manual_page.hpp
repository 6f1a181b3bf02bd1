#pragma once
#include <string>

namespace hookflow::pipeline {

/// The manual page of the program, in the language of man (man(7)): every command with its options, as the
/// commands declare them; exit codes, environment and files.
std::string manual_page();

}  // namespace hookflow::pipeline
