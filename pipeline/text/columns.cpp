#include "pipeline/text/columns.hpp"

#include <algorithm>
#include <cwchar>
#include <locale.h>

#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

/// Of one character; wcwidth() answers by the locale of its thread, and the user's may know ASCII alone.
std::size_t columns_of_character(char32_t character) {
  static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (character < 0x80 || utf8 == nullptr) return 1;
  const locale_t before = ::uselocale(utf8);
  const int columns = ::wcwidth(static_cast<wchar_t>(character));
  ::uselocale(before);
  return columns < 0 ? 1 : static_cast<std::size_t>(columns);
}

bool is_control(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F; }

std::string spelled_control(char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (byte == '\t') return "\\t";
  if (byte == '\n') return "\\n";
  if (byte == '\r') return "\\r";
  const auto value = static_cast<unsigned char>(byte);
  return {'\\', 'x', kDigits[value / 16U], kDigits[value % 16U]};
}

/// Spaces between words stay, but for those at which a line ends.
void wrap_line(std::string_view line, std::size_t columns, std::size_t indent, std::string& out) {
  const std::size_t own = std::min(line.find_first_not_of(' '), line.size());
  out.append(own, ' ');
  std::size_t used = indent + own;
  for (std::size_t at = own, spaces = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    const std::string_view word = line.substr(at, end - at);
    if (spaces > 0 && used + spaces + columns_of(word) > columns) {
      out += "\n" + std::string(indent + own, ' ');
      used = indent + own;
      spaces = 0;
    }
    out.append(spaces, ' ') += word;
    used += spaces + columns_of(word);
    at = std::min(line.find_first_not_of(' ', end), line.size());
    spaces = at - end;
  }
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) columns += columns_of_character(next_character(text, at));
  return columns;
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char byte : text) {
    if (is_control(byte))
      line += spelled_control(byte);
    else
      line += byte;
  }
  return line;
}

std::string cut_to_columns(const std::string& text, std::size_t columns) {
  if (columns_of(text) <= columns) return text;
  if (columns == 0) return {};
  std::size_t used = 1;  // of the mark
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size(); kept = at) {
    used += columns_of_character(next_character(text, at));
    if (used > columns) break;
  }
  return text.substr(0, kept) + "…";
}

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (at > 0) out += "\n" + std::string(indent, ' ');
    wrap_line(text.substr(at, end - at), columns, indent, out);
    at = end + 1;
  }
  return out;
}

}  // namespace hookflow::pipeline
