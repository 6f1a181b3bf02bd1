#pragma once
#include <string>
#include <vector>

namespace hookflow::pipeline {

/// A word that may stand where the cursor is.
struct Completion {
  std::string word;
  std::string about;  // one line; maybe empty
};

/// What may stand where the cursor is: words, and files whose names end so ("" is any file).
struct Completions {
  std::vector<Completion> words;
  std::vector<std::string> file_endings;
};

/// What goes on from `words`, those behind `hookflow`: the last is being written, and may be empty. Of a word
/// with an `=` in it, what goes on behind the `=`. All of it comes from what the commands declare; what the
/// options or files on the line do not tell, such as a file that is no run, is left out.
Completions complete(const std::vector<std::string>& words);

}  // namespace hookflow::pipeline
