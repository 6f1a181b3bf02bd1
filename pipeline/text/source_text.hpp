#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hookflow::pipeline {

/// Text that is read: its lines, its name in messages, and everything found wrong with it, which becomes one
/// UsageError. Borrows the text.
class SourceText {
 public:
  /// Without `has_lines`, the text is so short that messages and nodes need none.
  SourceText(std::string_view text, std::string name, bool has_lines);

  /// Notes `name:line: problem`; lines are counted from 1.
  void report(std::size_t line, const std::string& problem);
  void throw_if_any() const;
  /// Throws at once, for what cannot be read on from; what was reported before may be no more than its
  /// consequence.
  [[noreturn]] void fail(std::size_t line, const std::string& problem);
  /// Fails for bytes that are not UTF-8, and for control characters: YAML has none, and its parser takes
  /// U+0004 for the end of the file.
  void check_bytes();

  [[nodiscard]] bool has_lines() const { return has_lines_; }
  /// Counted from 0, as the parser counts; beyond the end: empty.
  [[nodiscard]] std::string_view line(std::size_t index) const;

 private:
  std::string_view text_;
  std::vector<std::string_view> lines_;
  std::string name_;
  bool has_lines_;
  std::string problems_;
};

}  // namespace hookflow::pipeline
