#pragma once
#include <string>

namespace hookflow::pipeline {

/// A word, such as a path, as a shell reads it back.
std::string shell_word(const std::string& word);

}  // namespace hookflow::pipeline
