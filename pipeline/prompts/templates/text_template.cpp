#include "pipeline/prompts/templates/text_template.hpp"

#include <algorithm>
#include <cstddef>

#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {

TextTemplate::TextTemplate(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_brace = c == '{' || c == '}';
    if (!is_brace || text.substr(at + 1).starts_with(c)) {
      plain += c;
      at += is_brace ? 1 : 0;
      continue;
    }
    const std::size_t end = text.find_first_of("{}", at + 1);
    if (c == '}' || end == std::string_view::npos || text[end] == '{')
      throw ParamError(c == '}' ? "a '}' closes nothing; '}}' stands for a brace"
                                : "a '{' is not closed; '{{' stands for a brace");
    pieces_.push_back({std::move(plain)});
    plain.clear();
    add_name(text.substr(at + 1, end - at - 1));
    at = end;
  }
  pieces_.push_back({std::move(plain)});
}

void TextTemplate::add_name(std::string_view name) {
  if (name.empty()) throw ParamError("'{}' holds no name; '{{' and '}}' stand for braces");
  pieces_.push_back({std::string(name), true});
  if (std::ranges::find(names_, name) == names_.end()) names_.emplace_back(name);
}

std::string TextTemplate::fill(const std::map<std::string, std::string>& values) const {
  std::string text;
  for (const Piece& piece : pieces_) text += piece.is_name ? values.at(piece.text) : piece.text;
  return text;
}

}  // namespace hookflow::pipeline
