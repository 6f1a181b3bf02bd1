#include "pipeline/describe/markdown.hpp"

#include <cctype>

namespace hookflow::pipeline::markdown {
namespace {

bool in_word(char character) { return std::isalnum(static_cast<unsigned char>(character)) != 0; }

/// Within a word `_` is only itself.
bool is_markup(std::string_view text, std::size_t at) {
  if (text[at] != '_') return text[at] == '*' || text[at] == '\\' || text[at] == '<';
  return at == 0 || at + 1 == text.size() || !in_word(text[at - 1]) || !in_word(text[at + 1]);
}

}  // namespace

std::string prose(std::string_view text) {
  std::string written;
  bool in_code = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '`') in_code = !in_code;
    if (!in_code && is_markup(text, at)) written += '\\';
    written += text[at];
  }
  return written;
}

std::string code(const std::string& text) { return "`" + text + "`"; }

std::string cell(std::string_view text) {
  std::string written;
  for (const char character : text) {
    if (character == '|') written += '\\';
    if (character == '\n')
      written += "<br>";
    else
      written += character;
  }
  return written;
}

std::string anchor(std::string_view heading) {
  std::string written = "#";
  for (const char character : heading)
    if (in_word(character) || character == '_' || character == '-' || character == ' ')
      written +=
          character == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
  return written;
}

}  // namespace hookflow::pipeline::markdown
