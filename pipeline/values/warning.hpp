#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace hookflow::pipeline {

/// What a run does as it was asked, and may not have been meant: told before it starts, and kept in its file.
struct Warning {
  std::string stage;   // whose question it is of
  std::string prompt;  // id; empty: of none
  std::string kind;    // a few words, the same for all of a kind
  std::string text;
  std::size_t others = 0;  // of its kind that it stands for, too
  friend bool operator==(const Warning&, const Warning&) = default;
};

/// Those of one stage and kind.
struct WarningKind {
  const Warning* first = nullptr;
  std::size_t count = 0;
};
/// In order of their first; borrows.
std::vector<WarningKind> kinds_of(const std::vector<Warning>& warnings);

/// `stage 'scores', prompt 'berlin': text`
std::string to_string(const Warning& warning);

}  // namespace hookflow::pipeline
