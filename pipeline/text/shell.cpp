#include "pipeline/text/shell.hpp"

#include <algorithm>
#include <cctype>

namespace hookflow::pipeline {

std::string shell_word(const std::string& word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '.' || c == '_' || c == '-';
  };
  if (!word.empty() && word[0] != '-' && std::ranges::all_of(word, plain)) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace hookflow::pipeline
