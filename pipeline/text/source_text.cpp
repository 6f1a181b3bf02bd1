#include "pipeline/text/source_text.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/error.hpp"
#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {

SourceText::SourceText(std::string_view text, std::string name, bool has_lines)
    : text_(text), name_(std::move(name)), has_lines_(has_lines) {
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines_.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  lines_.push_back(text);
}

void SourceText::report(std::size_t line, const std::string& problem) {
  if (!problems_.empty()) problems_ += '\n';
  problems_ += name_ + ':' + (has_lines_ ? std::to_string(line) + ": " : " ") + problem;
}

void SourceText::throw_if_any() const {
  if (!problems_.empty()) throw UsageError(problems_);
}

void SourceText::fail(std::size_t line, const std::string& problem) {
  problems_.clear();
  report(line, problem);
  throw UsageError(problems_);
}

void SourceText::check_bytes() {
  const auto line_at = [this](std::size_t offset) {
    const std::string_view before = text_.substr(0, offset);
    return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  };
  if (const std::size_t at = find_invalid_utf8(text_); at != std::string_view::npos) {
    fail(line_at(at), "the text is not UTF-8");
  }
  if (const std::size_t at = find_control(text_); at != std::string_view::npos) {
    const int code = static_cast<unsigned char>(text_[at]);
    fail(line_at(at), "the text holds control character " + std::to_string(code) +
                          (code == 0 ? " (NUL)" : "; write it as an escape between double quotes"));
  }
}

std::string_view SourceText::line(std::size_t index) const {
  return index < lines_.size() ? lines_[index] : std::string_view{};
}

}  // namespace hookflow::pipeline
