#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {

/// Collects what is wrong with a workflow, so that all of it is told at once, in the order of the lines.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void add(std::size_t line, const std::string& message) { all_.emplace_back(line, message); }
  [[nodiscard]] bool empty() const { return all_.empty(); }

  /// Throws UsageError with one line a problem: `file:line: message`.
  void raise() const {
    if (all_.empty()) return;
    auto sorted = all_;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string text;
    for (const auto& [line, message] : sorted) {
      text +=
          (text.empty() ? "" : "\n") + file_ + (line == 0 ? "" : ":" + std::to_string(line)) + ": " + message;
    }
    throw UsageError(text);
  }

 private:
  std::string file_;
  std::vector<std::pair<std::size_t, std::string>> all_;
};

}  // namespace hookflow::pipeline
