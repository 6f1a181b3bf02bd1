#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {

/// Collects what is wrong with a file, so that all of it is told at once, in the order of the lines.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  /// `line` is counted from 1; 0: of no line.
  void add(std::size_t line, const std::string& message) { all_.emplace_back(line, message); }
  [[nodiscard]] bool empty() const { return all_.empty(); }

  /// One line a problem: `file:line: message`.
  [[nodiscard]] std::string text() const {
    auto sorted = all_;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string text;
    for (const auto& [line, message] : sorted) {
      text +=
          (text.empty() ? "" : "\n") + file_ + (line == 0 ? "" : ":" + std::to_string(line)) + ": " + message;
    }
    return text;
  }
  /// Throws it as an Error, UsageError or InputError, if there is any.
  template <typename Error = UsageError>
  void raise() const {
    if (!empty()) throw Error(text());
  }

 private:
  std::string file_;
  std::vector<std::pair<std::size_t, std::string>> all_;
};

}  // namespace hookflow::pipeline
